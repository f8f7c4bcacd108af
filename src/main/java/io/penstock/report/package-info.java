/**
 * What a run did, for programs and for people. Start at {@link io.penstock.report.RunSummary}; its
 * page is drawn by {@link io.penstock.report.ReportPage}. Plain Java: knows nothing of where the
 * figures come from.
 */
@NullMarked
package io.penstock.report;

import org.jspecify.annotations.NullMarked;
