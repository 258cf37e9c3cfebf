// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.json.Json;
import dev.cadre.schema.Samples.Boxes;
import dev.cadre.schema.Samples.Choice;
import dev.cadre.schema.Samples.Dates;
import dev.cadre.schema.Samples.Described;
import dev.cadre.schema.Samples.Empty;
import dev.cadre.schema.Samples.Expr;
import dev.cadre.schema.Samples.Flat;
import dev.cadre.schema.Samples.Lists;
import dev.cadre.schema.Samples.Maps;
import dev.cadre.schema.Samples.Nested;
import dev.cadre.schema.Samples.Optionals;
import dev.cadre.schema.Samples.Results;
import dev.cadre.schema.Samples.Steps;
import dev.cadre.schema.Samples.Tree;
import java.lang.reflect.Type;
import org.junit.jupiter.api.Test;

/** What the schema of each shape looks like, to the letter. */
class JsonTypeSchemaTest {
    /** Of its own: {@link JsonType#of} remembers what another test made. */
    private static JsonType<?> compiled(Type type) {
        return new JsonType<>(JsonType.of(type).javaType());
    }

    private static void assertSchema(Type type, String expected) {
        // compared as text: the order of properties is part of the contract
        assertThat(compiled(type).schema()).isEqualTo(Json.parse(expected).write());
    }

    @Test
    void flatRecord_isOneObject() {
        assertSchema(Flat.class, """
                {
                  "type": "object",
                  "properties": {
                    "title": {"type": "string"},
                    "done": {"type": "boolean"},
                    "count": {"type": "integer"},
                    "size": {"type": "integer"},
                    "score": {"type": "number"}
                  },
                  "required": ["title", "done", "count", "size", "score"],
                  "additionalProperties": false
                }""");
    }

    @Test
    void enumUsedTwice_isDefinedOnce() {
        assertSchema(Choice.class, """
                {
                  "type": "object",
                  "properties": {
                    "tier": {"$ref": "#/$defs/Tier"},
                    "fallback": {"anyOf": [{"$ref": "#/$defs/Tier"}, {"type": "null"}]}
                  },
                  "required": ["tier", "fallback"],
                  "additionalProperties": false,
                  "$defs": {"Tier": {"type": "string", "enum": ["NANO", "MINI", "flagship"]}}
                }""");
    }

    @Test
    void sealedInterface_isTaggedAlternatives() {
        assertSchema(Steps.class, """
                {
                  "type": "object",
                  "properties": {
                    "steps": {"type": "array", "items": {"$ref": "#/$defs/Step"}},
                    "last": {"anyOf": [{"$ref": "#/$defs/Step"}, {"type": "null"}]}
                  },
                  "required": ["steps", "last"],
                  "additionalProperties": false,
                  "$defs": {
                    "Step": {
                      "anyOf": [
                        {
                          "type": "object",
                          "properties": {
                            "kind": {"type": "string", "enum": ["Search"]},
                            "term": {"type": "string"},
                            "tier": {"type": "string", "enum": ["NANO", "MINI", "flagship"]}
                          },
                          "required": ["kind", "term", "tier"],
                          "additionalProperties": false
                        },
                        {
                          "type": "object",
                          "properties": {
                            "kind": {"type": "string", "enum": ["Summarize"]},
                            "max_words": {"type": "integer"}
                          },
                          "required": ["kind", "max_words"],
                          "additionalProperties": false
                        }
                      ]
                    }
                  }
                }""");
    }

    @Test
    void nestedSealedInterface_isFlattenedAndRecursive() {
        assertSchema(Expr.class, """
                {
                  "type": "object",
                  "properties": {"value": {"$ref": "#/$defs/Expr"}},
                  "required": ["value"],
                  "additionalProperties": false,
                  "$defs": {
                    "Expr": {
                      "anyOf": [
                        {
                          "type": "object",
                          "properties": {"kind": {"type": "string", "enum": ["Number"]}, "value": {"type": "integer"}},
                          "required": ["kind", "value"],
                          "additionalProperties": false
                        },
                        {
                          "type": "object",
                          "properties": {
                            "kind": {"type": "string", "enum": ["Sum"]},
                            "left": {"$ref": "#/$defs/Expr"},
                            "right": {"$ref": "#/$defs/Expr"},
                            "seen": {
                              "type": "array",
                              "items": {
                                "type": "object",
                                "properties": {"value": {"type": "integer"}},
                                "required": ["value"],
                                "additionalProperties": false
                              }
                            }
                          },
                          "required": ["kind", "left", "right", "seen"],
                          "additionalProperties": false
                        },
                        {
                          "type": "object",
                          "properties": {"kind": {"type": "string", "enum": ["var"]}, "name": {"type": "string"}},
                          "required": ["kind", "name"],
                          "additionalProperties": false
                        }
                      ]
                    }
                  }
                }""");
    }

    @Test
    void lists_areArrays() {
        assertSchema(Lists.class, """
                {
                  "type": "object",
                  "properties": {
                    "names": {"type": "array", "items": {"type": "string"}},
                    "sizes": {"type": "array", "items": {"type": "integer"}},
                    "flats": {
                      "type": "array",
                      "items": {
                        "type": "object",
                        "properties": {
                          "title": {"type": "string"},
                          "done": {"type": "boolean"},
                          "count": {"type": "integer"},
                          "size": {"type": "integer"},
                          "score": {"type": "number"}
                        },
                        "required": ["title", "done", "count", "size", "score"],
                        "additionalProperties": false
                      }
                    },
                    "rows": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
                    "grid": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}}
                  },
                  "required": ["names", "sizes", "flats", "rows", "grid"],
                  "additionalProperties": false
                }""");
    }

    @Test
    void nestedRecord_usedTwice_isDefinedOnce() {
        assertSchema(Nested.class, """
                {
                  "type": "object",
                  "properties": {
                    "first": {"$ref": "#/$defs/Flat"},
                    "second": {"$ref": "#/$defs/Flat"},
                    "choice": {
                      "type": "object",
                      "properties": {
                        "tier": {"$ref": "#/$defs/Tier"},
                        "fallback": {"anyOf": [{"$ref": "#/$defs/Tier"}, {"type": "null"}]}
                      },
                      "required": ["tier", "fallback"],
                      "additionalProperties": false
                    }
                  },
                  "required": ["first", "second", "choice"],
                  "additionalProperties": false,
                  "$defs": {
                    "Flat": {
                      "type": "object",
                      "properties": {
                        "title": {"type": "string"},
                        "done": {"type": "boolean"},
                        "count": {"type": "integer"},
                        "size": {"type": "integer"},
                        "score": {"type": "number"}
                      },
                      "required": ["title", "done", "count", "size", "score"],
                      "additionalProperties": false
                    },
                    "Tier": {"type": "string", "enum": ["NANO", "MINI", "flagship"]}
                  }
                }""");
    }

    @Test
    void recursiveRecord_refersToTheRoot() {
        assertSchema(Tree.class, """
                {
                  "type": "object",
                  "properties": {"label": {"type": "string"}, "children": {"type": "array", "items": {"$ref": "#"}}},
                  "required": ["label", "children"],
                  "additionalProperties": false
                }""");
    }

    @Test
    void recursiveElement_refersToItsDefinition() {
        assertSchema(Samples.listOf(Tree.class), """
                {
                  "type": "object",
                  "properties": {"value": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
                  "required": ["value"],
                  "additionalProperties": false,
                  "$defs": {
                    "Tree": {
                      "type": "object",
                      "properties": {
                        "label": {"type": "string"},
                        "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}
                      },
                      "required": ["label", "children"],
                      "additionalProperties": false
                    }
                  }
                }""");
    }

    @Test
    void optional_allowsNull() {
        assertSchema(Optionals.class, """
                {
                  "type": "object",
                  "properties": {
                    "text": {"type": ["string", "null"]},
                    "flat": {
                      "anyOf": [
                        {
                          "type": "object",
                          "properties": {
                            "title": {"type": "string"},
                            "done": {"type": "boolean"},
                            "count": {"type": "integer"},
                            "size": {"type": "integer"},
                            "score": {"type": "number"}
                          },
                          "required": ["title", "done", "count", "size", "score"],
                          "additionalProperties": false
                        },
                        {"type": "null"}
                      ]
                    },
                    "list": {"anyOf": [{"type": "array", "items": {"type": "string"}}, {"type": "null"}]},
                    "small": {"type": ["integer", "null"]},
                    "large": {"type": ["integer", "null"]},
                    "fraction": {"type": ["number", "null"]},
                    "gaps": {"type": "array", "items": {"type": ["string", "null"]}}
                  },
                  "required": ["text", "flat", "list", "small", "large", "fraction", "gaps"],
                  "additionalProperties": false
                }""");
    }

    @Test
    void map_isArrayOfEntries() {
        assertSchema(Maps.class, """
                {
                  "type": "object",
                  "properties": {
                    "counts": {
                      "type": "array",
                      "items": {
                        "type": "object",
                        "properties": {"key": {"type": "string"}, "value": {"type": "integer"}},
                        "required": ["key", "value"],
                        "additionalProperties": false
                      }
                    },
                    "byTier": {
                      "type": "array",
                      "items": {
                        "type": "object",
                        "properties": {
                          "key": {"type": "string", "enum": ["NANO", "MINI", "flagship"]},
                          "value": {
                            "type": "array",
                            "items": {
                              "type": "object",
                              "properties": {
                                "title": {"type": "string"},
                                "done": {"type": "boolean"},
                                "count": {"type": "integer"},
                                "size": {"type": "integer"},
                                "score": {"type": "number"}
                              },
                              "required": ["title", "done", "count", "size", "score"],
                              "additionalProperties": false
                            }
                          }
                        },
                        "required": ["key", "value"],
                        "additionalProperties": false
                      }
                    }
                  },
                  "required": ["counts", "byTier"],
                  "additionalProperties": false
                }""");
    }

    @Test
    void dates_areStringsWithFormatOrPattern() {
        assertSchema(Dates.class, """
                {
                  "type": "object",
                  "properties": {
                    "at": {"type": "string", "format": "date-time"},
                    "day": {"type": "string", "format": "date"},
                    "local": {
                      "type": "string",
                      "pattern": "^\\\\d{4}-\\\\d{2}-\\\\d{2}T\\\\d{2}:\\\\d{2}(:\\\\d{2}(\\\\.\\\\d{1,9})?)?$"
                    },
                    "took": {
                      "type": "string",
                      "pattern": "^P(\\\\d+D)?(T(-?\\\\d+H)?(-?\\\\d+M)?(-?\\\\d+(\\\\.\\\\d{1,9})?S)?)?$"
                    }
                  },
                  "required": ["at", "day", "local", "took"],
                  "additionalProperties": false
                }""");
    }

    @Test
    void renamedAndDescribedComponents_tellTheModel() {
        assertSchema(Described.class, """
                {
                  "type": "object",
                  "description": "A person to be greeted.",
                  "properties": {
                    "full_name": {"type": "string", "description": "First name, then last name."},
                    "tier": {"description": "The dearer, the better.", "anyOf": [{"$ref": "#/$defs/Tier"}]},
                    "other": {"anyOf": [{"$ref": "#/$defs/Tier"}, {"type": "null"}], "description": "What else."}
                  },
                  "required": ["full_name", "tier", "other"],
                  "additionalProperties": false,
                  "$defs": {"Tier": {"type": "string", "enum": ["NANO", "MINI", "flagship"]}}
                }""");
    }

    @Test
    void genericRecord_hasItsArguments() {
        assertSchema(Boxes.class, """
                {
                  "type": "object",
                  "properties": {
                    "text": {
                      "type": "object",
                      "properties": {"content": {"type": "string"}, "spare": {"type": ["string", "null"]}},
                      "required": ["content", "spare"],
                      "additionalProperties": false
                    },
                    "flat": {
                      "type": "object",
                      "properties": {
                        "content": {"$ref": "#/$defs/Flat"},
                        "spare": {"anyOf": [{"$ref": "#/$defs/Flat"}, {"type": "null"}]}
                      },
                      "required": ["content", "spare"],
                      "additionalProperties": false
                    },
                    "deep": {
                      "type": "object",
                      "properties": {
                        "content": {"$ref": "#/$defs/Box_Integer"},
                        "spare": {"anyOf": [{"$ref": "#/$defs/Box_Integer"}, {"type": "null"}]}
                      },
                      "required": ["content", "spare"],
                      "additionalProperties": false
                    }
                  },
                  "required": ["text", "flat", "deep"],
                  "additionalProperties": false,
                  "$defs": {
                    "Flat": {
                      "type": "object",
                      "properties": {
                        "title": {"type": "string"},
                        "done": {"type": "boolean"},
                        "count": {"type": "integer"},
                        "size": {"type": "integer"},
                        "score": {"type": "number"}
                      },
                      "required": ["title", "done", "count", "size", "score"],
                      "additionalProperties": false
                    },
                    "Box_Integer": {
                      "type": "object",
                      "properties": {"content": {"type": "integer"}, "spare": {"type": ["integer", "null"]}},
                      "required": ["content", "spare"],
                      "additionalProperties": false
                    }
                  }
                }""");
    }

    @Test
    void genericSealedInterface_passesItsArgumentsOn() {
        assertSchema(Results.class, """
                {
                  "type": "object",
                  "properties": {
                    "flat": {
                      "anyOf": [
                        {
                          "type": "object",
                          "properties": {
                            "kind": {"type": "string", "enum": ["Ok"]},
                            "value": {
                              "type": "object",
                              "properties": {
                                "title": {"type": "string"},
                                "done": {"type": "boolean"},
                                "count": {"type": "integer"},
                                "size": {"type": "integer"},
                                "score": {"type": "number"}
                              },
                              "required": ["title", "done", "count", "size", "score"],
                              "additionalProperties": false
                            }
                          },
                          "required": ["kind", "value"],
                          "additionalProperties": false
                        },
                        {
                          "type": "object",
                          "properties": {"kind": {"type": "string", "enum": ["Bad"]}, "why": {"type": "string"}},
                          "required": ["kind", "why"],
                          "additionalProperties": false
                        }
                      ]
                    },
                    "list": {
                      "anyOf": [
                        {
                          "type": "object",
                          "properties": {
                            "kind": {"type": "string", "enum": ["Ok"]},
                            "value": {"type": "array", "items": {"type": "string"}}
                          },
                          "required": ["kind", "value"],
                          "additionalProperties": false
                        },
                        {
                          "type": "object",
                          "properties": {"kind": {"type": "string", "enum": ["Bad"]}, "why": {"type": "string"}},
                          "required": ["kind", "why"],
                          "additionalProperties": false
                        }
                      ]
                    }
                  },
                  "required": ["flat", "list"],
                  "additionalProperties": false
                }""");
    }

    @Test
    void rootThatIsNoRecord_isWrapped() {
        assertSchema(String.class, """
                {
                  "type": "object",
                  "properties": {"value": {"type": "string"}},
                  "required": ["value"],
                  "additionalProperties": false
                }""");
    }

    @Test
    void recordWithoutComponents_isAnEmptyObject() {
        assertSchema(Empty.class, """
                {"type": "object", "properties": {}, "required": [], "additionalProperties": false}""");
    }

    @Test
    void schemaName_isReadableAndShort() {
        assertThat(JsonType.of(Flat.class).schemaName()).isEqualTo("Flat");
        assertThat(JsonType.of(Samples.listOf(Tree.class)).schemaName()).isEqualTo("List_Tree");
        assertThat(JsonType.of(Größe.class).schemaName()).isEqualTo("Gr__e");
        assertThat(JsonType.of(Flat.class)
                        .list()
                        .list()
                        .list()
                        .list()
                        .list()
                        .list()
                        .list()
                        .list()
                        .list()
                        .list()
                        .list()
                        .list()
                        .list()
                        .list()
                        .schemaName())
                .hasSize(64)
                .startsWith("List_List_");
    }

    record Größe(int cm) {}
}
