/**
 * What Penstock costs against a bare loop of HTTP calls, both against a simulator in a process of
 * its own: {@code mvn -Pbench verify}. Start at {@link io.penstock.bench.Benchmark}. No test: it
 * measures, prints and judges nothing.
 */
@NullMarked
package io.penstock.bench;

import org.jspecify.annotations.NullMarked;
