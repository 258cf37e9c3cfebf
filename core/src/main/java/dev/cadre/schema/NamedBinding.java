// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

/** A type that a user wrote. Its schema can be a definition with a name. */
sealed interface NamedBinding extends Binding permits RecordBinding, UnionBinding, EnumBinding {}
