// SPDX-License-Identifier: Apache-2.0
/** An agent that is a module. */
module com.example.notes {
    requires dev.cadre;

    // inputs and outputs are records, whose constructors and components are read by reflection
    opens com.example.notes to
            dev.cadre;
}
