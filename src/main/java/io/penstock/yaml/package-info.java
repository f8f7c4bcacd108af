/**
 * The strict reader of configuration files: every key must be known, every value of its type, and
 * all problems are reported at once. Start at {@link io.penstock.yaml.RecordReader}. Knows Jackson
 * only.
 */
@NullMarked
package io.penstock.yaml;

import org.jspecify.annotations.NullMarked;
