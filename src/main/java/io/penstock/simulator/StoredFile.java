package io.penstock.simulator;

import java.nio.file.Path;
import java.time.Instant;

/**
 * A file of OpenAI's dialect.
 *
 * @param purpose {@code batch}, {@code batch_output} or another of the provider's words
 */
record StoredFile(
    String id, Instant createdAt, String filename, String purpose, Path path, long bytes)
    implements Shelf.Thing {}
