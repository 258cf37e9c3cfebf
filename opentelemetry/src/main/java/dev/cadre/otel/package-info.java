// SPDX-License-Identifier: Apache-2.0
/** Runs as OpenTelemetry traces and metrics. */
@NullMarked
package dev.cadre.otel;

import org.jspecify.annotations.NullMarked;
