/**
 * The completion store: every paid answer, keyed by the fingerprint of its request. Answers are
 * appended to a journal as they arrive, after the intents of their calls, and become Parquet at the
 * end of a run. A job's lock and its unfinished run lie there too. Start at {@link
 * io.penstock.store.CompletionStore}.
 */
@NullMarked
package io.penstock.store;

import org.jspecify.annotations.NullMarked;
