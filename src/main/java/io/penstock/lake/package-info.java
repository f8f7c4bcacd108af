/**
 * Tables of the data lake: reading inputs in their formats, and the names and types of all columns.
 * Start at {@link io.penstock.lake.Columns}.
 */
@NullMarked
package io.penstock.lake;

import org.jspecify.annotations.NullMarked;
