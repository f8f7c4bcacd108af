package io.penstock.simulator;

import io.penstock.simulator.Invoice.Charge;
import io.penstock.simulator.Refusal.Reason;
import io.penstock.simulator.SimulatedRequest.Identity;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Counts requests and bills answers from one reset to the next. Thread-safe: one lock, never held
 * over I/O.
 *
 * <p>An answer is counted just before its last bytes are written and taken back if they could not
 * be, and its place is free by then: so a client that has its answer finds it in the figures, and
 * never more requests in flight than it has open.
 */
final class StatsRecorder {
  /** Refusals before a request that wants to be retried is answered. */
  private static final int RETRIES_PROVOKED = 2;

  private static final Runnable ENDED = () -> {};

  private final InstantSource clock;
  private final Invoice invoice = new Invoice();
  private final Map<Identity, Progress> distinct = new HashMap<>();
  private final BilledRequests billed = new BilledRequests();
  private final TreeMap<Integer, Long> byStatus = new TreeMap<>();
  private long requests;
  private long accepted;
  private long ok;
  private long undelivered;
  private long spoilt;
  private long failedRequests;
  private int inFlight;
  private int peakInFlight;
  private final EnumMap<Reason, Long> refused = new EnumMap<>(Reason.class);
  private final InFlightTime inFlightTime;
  private @Nullable Instant firstAt;
  private @Nullable Instant lastRequestAt;
  private @Nullable Instant lastAt;

  StatsRecorder(InstantSource clock) {
    this.clock = clock;
    inFlightTime = new InFlightTime(clock.instant());
  }

  /** What has become of one distinct request. */
  private static final class Progress {
    private int attempts;
    private boolean failed;
    private int retriesProvoked;
  }

  /**
   * @param identity of the request
   * @param arrival number of this attempt among all that were accepted, from 1
   * @param number of this attempt among those of the same request, from 1
   */
  record Attempt(Identity identity, long arrival, int number) {}

  synchronized Entry arrived() {
    requests++;
    inFlight++;
    peakInFlight = Math.max(peakInFlight, inFlight);
    lastRequestAt = now();
    firstAt = firstAt == null ? lastRequestAt : firstAt;
    return new Entry();
  }

  synchronized SimulatorStats stats() {
    return new SimulatorStats(
        requests,
        distinct.size(),
        ok,
        byStatus,
        undelivered,
        spoilt,
        failedRequests,
        new SimulatorStats.Refused(
            refused(Reason.REQUESTS), refused(Reason.TOKENS), refused(Reason.IN_FLIGHT)),
        new SimulatorStats.Load(
            inFlight,
            peakInFlight,
            firstAt,
            lastRequestAt,
            lastAt,
            inFlightTime.until(clock.instant()),
            invoice.deliveredTokens()));
  }

  /** Bills a request that a batch has done, at the model's batch price. */
  synchronized void batched(Charge charge, long identity) {
    billed.inBatch(identity);
    invoice.addBatch(charge);
  }

  /** Counts a request of a batch that ended in an error, unbilled. */
  synchronized void failedInBatch() {
    billed.failedInBatch();
  }

  /**
   * @param batches by state
   * @param created batches made, deleted ones included
   * @param files that are there
   */
  synchronized BatchStats batchStats(Map<String, Long> batches, long created, long files) {
    return billed.stats(batches, created, files);
  }

  private long refused(Reason reason) {
    return refused.getOrDefault(reason, 0L);
  }

  synchronized byte[] invoice() {
    return invoice.toJson();
  }

  private Instant now() {
    return millis(clock.instant());
  }

  private static Instant millis(Instant instant) {
    return instant.truncatedTo(ChronoUnit.MILLIS);
  }

  /** One HTTP request's line in the figures. It ends once; what comes later is ignored. */
  final class Entry {
    private boolean open = true;
    private boolean countedAsDelivered;
    private @Nullable Instant inFlightSince;
    private @Nullable Identity identity;

    /** Where there is nothing more to run, {@link #ENDED}. */
    private final AtomicReference<@Nullable Runnable> atEnd = new AtomicReference<>();

    /** Counts a request that is neither refused for its key nor for what it asks. */
    Attempt accepted(Identity identity) {
      synchronized (StatsRecorder.this) {
        this.identity = identity;
        Progress progress = distinct.computeIfAbsent(identity, absent -> new Progress());
        accepted++;
        progress.attempts++;
        if (open) {
          inFlightSince = clock.instant();
          inFlightTime.begun(inFlightSince);
        }
        return new Attempt(identity, accepted, progress.attempts);
      }
    }

    /**
     * The request takes a place among those in flight.
     *
     * @param release run once: when the request ends, which may have been before
     */
    void admitted(Runnable release) {
      if (!atEnd.compareAndSet(null, release)) {
        release.run();
      }
    }

    /** The request is refused at once and never was in flight. */
    void turnedAway() {
      synchronized (StatsRecorder.this) {
        if (inFlightSince != null) {
          inFlightTime.forgotten(inFlightSince);
          inFlightSince = null;
        }
      }
    }

    /** A limit refuses the request at once. */
    void turnedAway(Reason reason) {
      synchronized (StatsRecorder.this) {
        refused.merge(reason, 1L, Long::sum);
        turnedAway();
      }
    }

    /** True the first times that this is asked about a request. */
    boolean isToBeRetried(Attempt attempt) {
      synchronized (StatsRecorder.this) {
        Progress progress = distinct.get(attempt.identity());
        return progress != null && ++progress.retriesProvoked <= RETRIES_PROVOKED;
      }
    }

    /** A fault keeps this request from a usable answer. */
    void failed(Identity identity) {
      synchronized (StatsRecorder.this) {
        Progress progress = distinct.get(identity);
        if (progress != null && !progress.failed) {
          progress.failed = true;
          failedRequests++;
        }
      }
    }

    /** An error is answered; nothing is billed. */
    void refused(int status) {
      synchronized (StatsRecorder.this) {
        if (end()) {
          byStatus.merge(status, 1L, Long::sum);
        }
      }
    }

    /** The answer is about to be written whole. */
    void delivered(int status, Charge charge) {
      synchronized (StatsRecorder.this) {
        if (end()) {
          countedAsDelivered = true;
          byStatus.merge(status, 1L, Long::sum);
          ok++;
          bill();
          invoice.addDelivered(charge);
        }
      }
    }

    /** What {@link #delivered} counted could not be written after all. */
    void takeBack(Charge charge) {
      synchronized (StatsRecorder.this) {
        if (countedAsDelivered) {
          countedAsDelivered = false;
          ok--;
          undelivered++;
          invoice.moveToUndelivered(charge);
        }
      }
    }

    /** The answer is billed, and a fault lets only a spoilt one be sent. */
    void spoilt(int status, Charge charge) {
      synchronized (StatsRecorder.this) {
        if (open) {
          spoilt++;
        }
        brokenOff(status, charge);
      }
    }

    /** The answer is billed, and a fault lets nothing be sent. */
    void withheld(Charge charge) {
      synchronized (StatsRecorder.this) {
        if (open) {
          spoilt++;
        }
        dropped(charge);
      }
    }

    /** The answer is billed, and the client leaves when a part of it is sent. */
    void brokenOff(int status, Charge charge) {
      synchronized (StatsRecorder.this) {
        if (open) {
          byStatus.merge(status, 1L, Long::sum);
        }
        dropped(charge);
      }
    }

    /** The answer is billed, and the client has left before anything is sent. */
    void dropped(Charge charge) {
      synchronized (StatsRecorder.this) {
        if (end()) {
          undelivered++;
          bill();
          invoice.addUndelivered(charge);
        }
      }
    }

    /** The connection went away before there was anything to bill. */
    void abandoned() {
      synchronized (StatsRecorder.this) {
        end();
      }
    }

    private void bill() {
      if (identity != null) {
        billed.inRealtime(identity.high());
      }
    }

    private boolean end() {
      boolean ended = open;
      if (open) {
        open = false;
        inFlight--;
        Instant now = clock.instant();
        lastAt = millis(now);
        if (inFlightSince != null) {
          inFlightTime.ended(inFlightSince, now);
        }
        // before the last bytes are written, like the figures: who has its answer finds a place
        Runnable release = atEnd.getAndSet(ENDED);
        if (release != null) {
          release.run();
        }
      }
      return ended;
    }
  }
}
