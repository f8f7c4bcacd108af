package io.penstock.simulator;

import io.penstock.simulator.batch.Batch;
import io.penstock.simulator.batch.BatchStanding;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A batch of OpenAI's dialect. Its results become files when it has ended. Thread-safe. */
final class OpenAiBatch implements Shelf.Thing {
  private final String id = "batch_" + WireDialect.newId();
  private final Asked asked;
  private final Checked checked;
  private final Batch batch;
  private @Nullable BatchStanding ended;
  private @Nullable StoredFile output;
  private @Nullable StoredFile errors;

  OpenAiBatch(Asked asked, Checked checked, Batch batch) {
    this.asked = asked;
    this.checked = checked;
    this.batch = batch;
  }

  /**
   * What was asked for.
   *
   * @param metadata null where there is none
   * @param isAzure true for a batch of Azure's addresses
   */
  record Asked(
      String inputFileId,
      String endpoint,
      @Nullable Map<String, String> metadata,
      boolean isAzure) {}

  /**
   * What the check of its input found.
   *
   * @param problems none for a batch that can be worked off
   * @param model of all lines; empty where there is none
   * @param enqueuedTokens input tokens; 0 where no limit asks for them
   */
  record Checked(List<Problem> problems, String model, long enqueuedTokens) {}

  /**
   * What is wrong with the input.
   *
   * @param line from 1; null where it is no single line's fault
   */
  record Problem(String code, String message, @Nullable String parameter, @Nullable Long line) {}

  /**
   * @param output null where nothing succeeded, or it has not ended
   * @param errors null where there are none, or it has not ended
   */
  record View(BatchStanding standing, @Nullable StoredFile output, @Nullable StoredFile errors) {}

  @Override
  public String id() {
    return id;
  }

  @Override
  public Instant createdAt() {
    return batch.plan().createdAt();
  }

  Asked asked() {
    return asked;
  }

  Checked checked() {
    return checked;
  }

  Batch batch() {
    return batch;
  }

  /**
   * How far it has come now.
   *
   * @param files take up its results when it has ended
   */
  synchronized View settle(Shelf<StoredFile> files) throws IOException {
    if (ended == null) {
      BatchStanding standing = batch.standing();
      if (!standing.state().isEnd()) {
        return new View(standing, null, null);
      }
      ended = standing;
      Instant at = standing.entered().getOrDefault(standing.state(), createdAt());
      output = store(batch.results().succeededPath(), "output", at, files, false);
      errors = store(batch.results().failedPath(), "error", at, files, asked.isAzure());
    }
    return new View(ended, output, errors);
  }

  private @Nullable StoredFile store(
      Path path, String kind, Instant at, Shelf<StoredFile> files, boolean evenEmpty)
      throws IOException {
    long bytes = Files.size(path);
    if (bytes == 0 && !evenEmpty) {
      return null;
    }
    StoredFile file =
        new StoredFile(
            "file-" + WireDialect.newId(),
            at,
            id + "_" + kind + ".jsonl",
            "batch_output",
            path,
            bytes);
    files.put(file);
    return file;
  }
}
