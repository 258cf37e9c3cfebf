// SPDX-License-Identifier: Apache-2.0
/**
 * The engine of Cadre and its ports.
 *
 * <p>What is exported to everybody is API. The machines are open to the simulator, and what the library's own modules share
 * is open to them alone: neither carries a compatibility promise.
 */
module dev.cadre {
    requires com.fasterxml.jackson.annotation;
    requires com.fasterxml.jackson.core;
    requires org.slf4j;
    requires re2j;
    requires static transitive org.jspecify;

    exports dev.cadre;
    exports dev.cadre.budget;
    exports dev.cadre.bulk;
    exports dev.cadre.cache;
    exports dev.cadre.eval;
    exports dev.cadre.event;
    exports dev.cadre.journal;
    exports dev.cadre.json;
    exports dev.cadre.merge;
    exports dev.cadre.model;
    exports dev.cadre.people;
    exports dev.cadre.plan;
    exports dev.cadre.pool;
    exports dev.cadre.price;
    exports dev.cadre.probe;
    exports dev.cadre.share;
    exports dev.cadre.task;
    exports dev.cadre.schedule to
            dev.cadre.simulation,
            dev.cadre.temporal;
    exports dev.cadre.worker to
            dev.cadre.simulation,
            dev.cadre.temporal;
    exports dev.cadre.file to
            dev.cadre.cli,
            dev.cadre.computer,
            dev.cadre.openai,
            dev.cadre.openai.testing,
            dev.cadre.testing;
    exports dev.cadre.redact to
            dev.cadre.cli,
            dev.cadre.examples,
            dev.cadre.langchain4j,
            dev.cadre.openai,
            dev.cadre.temporal,
            dev.cadre.testing;
    exports dev.cadre.thought to
            dev.cadre.langchain4j,
            dev.cadre.openai;
    exports dev.cadre.schema to
            dev.cadre.cli,
            dev.cadre.langchain4j,
            dev.cadre.temporal,
            dev.cadre.testing;
}
