/**
 * The completion store: every paid answer, keyed by the fingerprint of its request. Answers are
 * appended to a journal as they arrive and become Parquet at the end of a run. Start at {@link
 * io.penstock.store.CompletionStore}.
 */
@NullMarked
package io.penstock.store;

import org.jspecify.annotations.NullMarked;
