// SPDX-License-Identifier: Apache-2.0
package dev.cadre.schema;

/** A type of the user's own, whose schema may stand under a name and be referred to. */
sealed interface NamedBinding extends Binding permits RecordBinding, UnionBinding, EnumBinding {}
