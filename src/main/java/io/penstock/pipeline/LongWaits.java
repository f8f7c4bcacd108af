package io.penstock.pipeline;

import io.penstock.limit.Governor;
import io.penstock.limit.LongWait;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Says once of each limit that makes calls wait long for one another: a run that stands still for
 * minutes looks like one that hangs. Confined to one thread at a time.
 */
final class LongWaits {
  private static final Duration LONG = Duration.ofSeconds(20);

  private final Governor governor;
  private final Consumer<String> say;
  private final Set<List<Object>> said = new HashSet<>();

  LongWaits(Governor governor, Consumer<String> say) {
    this.governor = governor;
    this.say = say;
  }

  void look() {
    for (LongWait wait : governor.longWaits(LONG)) {
      if (said.add(List.of(wait.account(), wait.rate()))) {
        say.accept("limits: " + wait);
      }
    }
  }
}
