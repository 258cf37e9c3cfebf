// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cadre.json.Json;
import dev.cadre.schema.Samples.Tier;
import dev.cadre.schema.Samples.Tree;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SchemaDefinitionsTest {
    static final class Other {
        record Tree(Optional<Tier> tier) {}
    }

    @Test
    void typesOfOneSimpleName_getDifferentDefinitions_andEachTypeOnlyOne() {
        var definitions = new SchemaDefinitions();

        assertThat(definitions.schema(JsonType.of(Tree.class)).write()).isEqualTo("{\"$ref\":\"#/$defs/Tree\"}");
        assertThat(definitions.schema(JsonType.of(Other.Tree.class)).write())
                .isEqualTo("{\"$ref\":\"#/$defs/Tree_2\"}");
        assertThat(definitions.schema(JsonType.of(Tree.class).list()).write())
                .isEqualTo("{\"type\":\"array\",\"items\":{\"$ref\":\"#/$defs/Tree\"}}");
        assertThat(definitions.define("Tree", Json.obj().with("type", "string")).write())
                .isEqualTo("{\"$ref\":\"#/$defs/Tree_3\"}");
        assertThat(definitions.definitions().write()).isEqualTo(Json.parse("""
                                {"Tree": {"type": "object",
                                  "properties": {"label": {"type": "string"},
                                    "children": {"type": "array", "items": {"$ref": "#/$defs/Tree"}}},
                                  "required": ["label", "children"], "additionalProperties": false},
                                 "Tree_2": {"type": "object",
                                  "properties": {"tier": {"anyOf": [{"$ref": "#/$defs/Tier"}, {"type": "null"}]}},
                                  "required": ["tier"], "additionalProperties": false},
                                 "Tier": {"type": "string", "enum": ["NANO", "MINI", "flagship"]},
                                 "Tree_3": {"type": "string"}}""").write());
    }

    @Test
    void schemaOr_putsTheOtherBesideIt_andKeepsTheDescription() {
        var definitions = new SchemaDefinitions();
        var other = Json.obj().with("type", "integer");
        var components = JsonType.of(Samples.Described.class).components();

        assertThat(definitions.schemaOr(components.get(0), List.of(other)).write())
                .isEqualTo("{\"anyOf\":[{\"type\":\"string\"},{\"type\":\"integer\"}],"
                        + "\"description\":\"First name, then last name.\"}");
        assertThat(definitions.schema(components.get(1)).write())
                .isEqualTo("{\"description\":\"The dearer, the better.\",\"anyOf\":[{\"$ref\":\"#/$defs/Tier\"}]}");
        assertThat(definitions.schemaOr(components.get(1), List.of(other)).write())
                .isEqualTo("{\"anyOf\":[{\"$ref\":\"#/$defs/Tier\"},{\"type\":\"integer\"}],"
                        + "\"description\":\"The dearer, the better.\"}");
    }

    @Test
    void orNull_ofWhatMayBeNull_changesNothing() {
        var definitions = new SchemaDefinitions();
        for (JsonComponent component : JsonType.of(Samples.Described.class).components()) {
            Json.Obj once = SchemaDefinitions.orNull(definitions.schema(component.type()));

            assertThat(SchemaDefinitions.orNull(once)).isEqualTo(once);
        }
    }

    @Test
    void documentWithoutOwnTypes_hasNoDefinitions() {
        var root =
                SchemaDefinitions.object(Json.obj().with("a", new SchemaDefinitions().schema(JsonType.of(int.class))));

        assertThat(new SchemaDefinitions().document(root).write())
                .isEqualTo(
                        "{\"type\":\"object\",\"properties\":{\"a\":{\"type\":\"integer\"}},\"required\":[\"a\"],\"additionalProperties\":false}");
    }
}
