// SPDX-License-Identifier: Apache-2.0
package dev.cadre.testing;

/** The seed of what is random in a test: {@link CadreExtension} gives it, and shows it if the test fails. */
public record TestSeed(long number) {}
