/**
 * What an execution has done so far: told by executors and stages, shown to people while it runs,
 * kept as a time series for the report. Starts no Spark job.
 */
@NullMarked
package io.penstock.progress;

import org.jspecify.annotations.NullMarked;
