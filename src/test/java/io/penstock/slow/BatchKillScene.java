package io.penstock.slow;

import com.fasterxml.jackson.databind.JsonNode;
import io.penstock.bench.SimulatorProcess;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What a provider of batches is like, and what a driver is doing when it is killed. */
enum BatchKillScene {
  ANY_MOMENT(),
  SLOW_CREATE("--batch-slow-create", "3"),
  HARVEST(),
  LOST_CREATE("--batch-faults", "lost_create=1", "--batch-faulty", "2"),
  HIDDEN("--batch-hidden-seconds", "2"),
  SLOW_UPLOAD("--batch-slow-upload", "3"),
  LOST_UPLOAD("--batch-faults", "lost_upload=1", "--batch-faulty", "1"),
  /** One batch at a time; the others fail. */
  FULL_QUEUE("--batch-enqueued-tokens", "2500");

  /** Of providers to which files are uploaded. */
  private static final Set<BatchKillScene> OF_UPLOADS =
      EnumSet.of(SLOW_UPLOAD, LOST_UPLOAD, FULL_QUEUE);

  private final List<String> options;

  BatchKillScene(String... options) {
    this.options = List.of(options);
  }

  /** The dialect's scenes in turn. */
  static BatchKillScene of(BatchDialect dialect, int round) {
    List<BatchKillScene> scenes =
        Arrays.stream(values())
            .filter(scene -> dialect == BatchDialect.OPENAI || !OF_UPLOADS.contains(scene))
            .toList();
    return scenes.get(round % scenes.size());
  }

  /** Of the simulator. */
  String[] options() {
    List<String> all = new ArrayList<>(List.of("--batch-seconds", "1"));
    all.addAll(options);
    return all.toArray(String[]::new);
  }

  /** Whether a driver has come to where it is killed before long. */
  boolean hasBegun(BatchJob job, SimulatorProcess simulator) throws IOException {
    JsonNode stats = simulator.stats();
    return switch (this) {
      case ANY_MOMENT -> !job.pending().isEmpty();
      case SLOW_UPLOAD, LOST_UPLOAD -> stats.path("files").asLong() > 0;
      case SLOW_CREATE, LOST_CREATE, HIDDEN -> stats.path("batches_created").asLong() > 0;
      case FULL_QUEUE -> stats.path("batches_created").asLong() > 1;
      case HARVEST -> stats.path("billed").asLong() == job.shape().rows();
    };
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }
}
