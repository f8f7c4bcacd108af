package io.penstock.pipeline;

import io.penstock.domain.InferenceOutcome;
import io.penstock.domain.InferenceRequest;
import io.penstock.inference.InFlightWindow;
import io.penstock.inference.InFlightWindow.Lane;
import io.penstock.inference.StopSignal;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.function.Consumer;

/**
 * Calls a shard's requests in one go, or, where the job sets a pause, chunk by chunk: only then is
 * a chunk a barrier. Confined to one task thread.
 */
final class Chunks {
  private final RuntimeSettings.Window window;
  private final StopSignal stop;
  private final Consumer<InferenceOutcome> sink;

  Chunks(RuntimeSettings.Window window, StopSignal stop, Consumer<InferenceOutcome> sink) {
    this.window = window;
    this.stop = stop;
    this.sink = sink;
  }

  /** Returns when {@link InFlightWindow#run} would. */
  void run(List<Lane> lanes) throws InterruptedException {
    if (window.chunkPauseMillis() == 0) {
      new InFlightWindow(stop, sink).run(lanes);
      return;
    }
    while (isUnfinished(lanes)) {
      new InFlightWindow(stop, sink).run(lanes.stream().map(this::nextChunk).toList());
      if (isUnfinished(lanes)) {
        stop.await(Duration.ofMillis(window.chunkPauseMillis()));
      }
    }
  }

  private boolean isUnfinished(List<Lane> lanes) {
    return !stop.isStopped() && lanes.stream().anyMatch(lane -> lane.requests().hasNext());
  }

  private Lane nextChunk(Lane lane) {
    Iterator<InferenceRequest> chunk = new Limited(lane.requests(), window.chunkSize());
    return new Lane(chunk, lane.needs(), lane.limiter(), lane.call());
  }

  /** The first of another's. */
  private static final class Limited implements Iterator<InferenceRequest> {
    private final Iterator<InferenceRequest> all;
    private int left;

    Limited(Iterator<InferenceRequest> all, int count) {
      this.all = all;
      this.left = count;
    }

    @Override
    public boolean hasNext() {
      return left > 0 && all.hasNext();
    }

    @Override
    public InferenceRequest next() {
      if (left == 0) {
        throw new NoSuchElementException();
      }
      left--;
      return all.next();
    }
  }
}
