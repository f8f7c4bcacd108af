package io.penstock.cluster;

import io.penstock.cluster.Lease.Ask;
import io.penstock.cluster.Messages.Activity;
import io.penstock.cluster.Messages.RenewalReply;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runtimes in an executor JVM, from their attachment until the driver knows that they are
 * closed; usually one. Thread-safe; participants are stopped and closed outside the lock.
 */
final class Attachments {
  private static final Logger LOG = LoggerFactory.getLogger(Attachments.class);

  private final Executor threads;
  private final Runnable changed;
  private final List<Attached> all = new ArrayList<>();

  /**
   * @param threads run what may block
   * @param changed told when one is closed
   */
  Attachments(Executor threads, Runnable changed) {
    this.threads = threads;
    this.changed = changed;
  }

  private static final class Attached {
    final Participant participant;
    final long asksBefore;
    @Nullable String token;
    boolean stopped;
    boolean closing;
    boolean closed;
    CompletableFuture<Void> work = CompletableFuture.completedFuture(null);

    Attached(Participant participant, long asksBefore) {
      this.participant = participant;
      this.asksBefore = asksBefore;
    }

    boolean belongsTo(RenewalReply reply) {
      return participant.runId().equals(reply.runId())
          && (token == null || token.equals(reply.token()));
    }

    Activity activity() {
      return new Activity(
          participant.runId(),
          token,
          !closed,
          participant.counts(),
          closed ? List.of() : participant.reports(),
          participant.accountStop().orElse(null),
          participant.purse().orElse(null));
    }

    /** A report is another one each time. */
    boolean isToldIn(List<Activity> told) {
      return told.stream()
          .anyMatch(
              activity ->
                  !activity.open()
                      && activity.runId().equals(participant.runId())
                      && activity.counts().equals(participant.counts()));
    }
  }

  /**
   * @param asksBefore begun so far: their replies may not know its run yet
   */
  synchronized void attach(Participant participant, long asksBefore) {
    if (all.stream().noneMatch(attached -> attached.participant == participant)) {
      all.add(new Attached(participant, asksBefore));
    }
  }

  synchronized boolean isEmpty() {
    return all.isEmpty();
  }

  synchronized List<Activity> activities() {
    return all.stream().map(Attached::activity).toList();
  }

  /** The driver's word: what does not belong to its run any more is closed. */
  synchronized void answered(Ask ask, List<Activity> told, RenewalReply reply) {
    all.removeIf(attached -> attached.closed && attached.isToldIn(told));
    for (Attached attached : all) {
      if (ask.number() <= attached.asksBefore) {
        continue;
      }
      if (!attached.belongsTo(reply)) {
        close(attached);
      } else {
        attached.token = reply.token();
        allow(attached, ask, reply);
        if (reply.stopReason() != null) {
          stop(attached, reply.stopReason());
        }
      }
    }
  }

  /** Stops and closes all; completes when they are closed. */
  synchronized CompletableFuture<Void> closeAll(String reason) {
    for (Attached attached : all) {
      stop(attached, reason);
      close(attached);
    }
    return CompletableFuture.allOf(
        all.stream().map(attached -> attached.work).toArray(CompletableFuture[]::new));
  }

  /** Not in the agent's own thread: calls begin in it. */
  private void allow(Attached attached, Ask ask, RenewalReply reply) {
    if (!reply.allowances().isEmpty()) {
      long until = ask.startedNanos() + Lease.LIFE.toNanos();
      threads.execute(
          () -> {
            reply.purses().forEach(attached.participant::allow);
            attached.participant.allow(reply.allowances(), until);
          });
    }
  }

  private void stop(Attached attached, String reason) {
    if (!attached.stopped) {
      attached.stopped = true;
      then(attached, () -> attached.participant.stop(reason));
    }
  }

  private void close(Attached attached) {
    if (!attached.closing) {
      attached.closing = true;
      then(attached, attached.participant::close);
      attached.work = attached.work.thenRun(() -> closed(attached));
    }
  }

  private void then(Attached attached, Runnable step) {
    attached.work =
        attached
            .work
            .thenRunAsync(step, threads)
            .exceptionally(
                error -> {
                  LOG.warn("The runtime of run {} failed", attached.participant.runId(), error);
                  return null;
                });
  }

  private void closed(Attached attached) {
    synchronized (this) {
      attached.closed = true;
    }
    changed.run();
  }
}
