/**
 * What a run did, for programs and for people. Start at {@link io.penstock.report.RunSummary}.
 * Plain Java: knows nothing of where the figures come from.
 */
@NullMarked
package io.penstock.report;

import org.jspecify.annotations.NullMarked;
