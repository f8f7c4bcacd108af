/**
 * The command line, and the one place that puts the parts together. Start at {@link
 * io.penstock.app.Main}; what is wired to what is in {@link io.penstock.app.JobWiring}. Nothing
 * uses this package.
 */
@NullMarked
package io.penstock.app;

import org.jspecify.annotations.NullMarked;
