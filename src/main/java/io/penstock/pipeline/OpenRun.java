package io.penstock.pipeline;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.penstock.config.RunBasis;
import io.penstock.pricing.CostEstimate;
import io.penstock.store.CurrentRun;
import java.io.IOException;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.apache.hadoop.conf.Configuration;
import org.jspecify.annotations.Nullable;

/**
 * The run that an execution works on: the job's unpublished one, or a new one. The job's lock is
 * held by the caller.
 *
 * @param adopted what an earlier execution pinned; empty for a new run
 */
record OpenRun(RunFolder folder, Optional<Pinned> adopted) {
  private static final ObjectMapper JSON =
      new ObjectMapper().disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES);

  /**
   * How many rows and requests a run has; part of {@code plan.json}, which is written once nothing
   * but calling is left to do.
   *
   * @param rows of the input
   * @param invalid rows without a prompt
   * @param distinct requests
   */
  record Pinned(long rows, long invalid, long distinct) {}

  /**
   * Adopts the job's unpublished run, or begins a new one.
   *
   * @throws InvalidInputException when that run was of another job than this has become
   */
  static OpenRun open(JobSetup setup, RunConsole console, Configuration hadoop) throws IOException {
    String store = setup.spec().store().path();
    String job = setup.spec().name();
    Optional<CurrentRun> current = CurrentRun.find(store, job, hadoop);
    if (current.isPresent()) {
      RunFolder folder = new RunFolder(current.get().runPath(), current.get().runId());
      if (folder.has(RunFolder.PLAN, hadoop)) {
        requireSame(setup, folder, hadoop);
        console.say("run " + folder.runId() + " was not finished: going on with it");
        return new OpenRun(folder, Optional.of(readPlan(folder, hadoop)));
      }
      folder.delete(hadoop); // nothing was paid in it
    }
    RunFolder folder = RunFolder.create(setup.spec().runs().path(), Instant.now());
    new CurrentRun(folder.runId(), folder.path()).write(store, job, hadoop);
    return new OpenRun(folder, Optional.empty());
  }

  /**
   * The job's unpublished run, which stays as it is; empty where the next execution begins a new
   * one.
   *
   * @throws InvalidInputException when that run was of another job than this has become
   */
  static Optional<OpenRun> find(JobSetup setup, Configuration hadoop) throws IOException {
    Optional<CurrentRun> current =
        CurrentRun.find(setup.spec().store().path(), setup.spec().name(), hadoop);
    if (current.isEmpty()) {
      return Optional.empty();
    }
    RunFolder folder = new RunFolder(current.get().runPath(), current.get().runId());
    if (!folder.has(RunFolder.PLAN, hadoop)) {
      return Optional.empty();
    }
    requireSame(setup, folder, hadoop);
    return Optional.of(new OpenRun(folder, Optional.of(readPlan(folder, hadoop))));
  }

  /** A run over a part of the rows: the job's unpublished run stays what it is. */
  static OpenRun apart(JobSetup setup) {
    return new OpenRun(
        RunFolder.create(setup.spec().runs().path(), Instant.now()), Optional.empty());
  }

  /** The job's unpublished run will not be gone on with; its answers stay in the store. */
  static void abandon(JobSetup setup, RunConsole console, Configuration hadoop) throws IOException {
    String store = setup.spec().store().path();
    Optional<CurrentRun> current = CurrentRun.find(store, setup.spec().name(), hadoop);
    if (current.isPresent()) {
      console.say("run " + current.get().runId() + " is abandoned; its answers stay in the store");
      new PublishStage(setup.spec().output(), current.get().runId(), hadoop).discard();
      CurrentRun.clear(store, setup.spec().name(), hadoop);
    }
  }

  void writePlan(Pinned pinned, Configuration hadoop) throws IOException {
    folder.write(RunFolder.PLAN, JSON.writeValueAsString(pinned) + "\n", hadoop);
  }

  /**
   * What was estimated before the run's first call; empty where an earlier Penstock planned it, or
   * a crash came in between.
   */
  Optional<CostEstimate> firstEstimate(Configuration hadoop) throws IOException {
    JsonNode estimate = JSON.readTree(folder.read(RunFolder.PLAN, hadoop)).path("estimate_usd");
    return estimate.isMissingNode()
        ? Optional.empty()
        : Optional.of(
            new CostEstimate(
                amount(estimate, "low"), amount(estimate, "expected"), amount(estimate, "high")));
  }

  private static @Nullable BigDecimal amount(JsonNode estimate, String name) {
    return estimate.path(name).isNumber() ? new BigDecimal(estimate.path(name).asText()) : null;
  }

  /**
   * @throws IllegalStateException when the run has other rows than an earlier execution pinned
   */
  void requirePinned(Pinned counted) {
    if (adopted.isPresent() && !adopted.get().equals(counted)) {
      throw new IllegalStateException(
          "The rows in "
              + folder.path()
              + " are not those that were pinned there: "
              + adopted.get()
              + " then, now "
              + counted);
    }
  }

  private static Pinned readPlan(RunFolder folder, Configuration hadoop) throws IOException {
    return JSON.readValue(folder.read(RunFolder.PLAN, hadoop), Pinned.class);
  }

  private static void requireSame(JobSetup setup, RunFolder folder, Configuration hadoop)
      throws IOException {
    List<String> differences =
        RunBasis.differences(folder.read(RunFolder.JOB, hadoop), setup.spec());
    if (!differences.isEmpty()) {
      throw new InvalidInputException(
          "The job's run "
              + folder.runId()
              + " is not finished, and the job has changed since: "
              + String.join("; ", differences)
              + ". Change it back to go on with that run, or give it up with --new-run (its answers stay in the store)");
    }
  }
}
