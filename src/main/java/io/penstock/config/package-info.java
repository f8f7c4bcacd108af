/**
 * The job file as nested records. Start at {@link io.penstock.config.JobSpecReader}; {@link
 * io.penstock.config.JobSpec} is the reference of all keys. Knows nothing of Spark.
 */
@NullMarked
package io.penstock.config;

import org.jspecify.annotations.NullMarked;
