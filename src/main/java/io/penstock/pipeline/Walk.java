package io.penstock.pipeline;

import io.penstock.domain.FailureKind;
import io.penstock.pipeline.Ladder.Rung;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How far a row comes on its ladder with what the store has.
 *
 * @param links rungs whose request is the row's too: those that it passed, stands on, or called
 * @param stand the rung that serves the row, or the one without which it cannot go on
 * @param isMissing whether the answer at {@code stand} is to be called for
 * @param checked the rung whose answer was looked at; {@link Ladder#NONE}: none was
 * @param isEscalated whether that answer was not good enough
 * @param isAuditMissing whether the row keeps its answer, but the other model is to be called too
 */
record Walk(
    Set<Integer> links,
    int stand,
    boolean isMissing,
    int checked,
    boolean isEscalated,
    boolean isAuditMissing) {

  /**
   * What the store has of a request.
   *
   * @param kind of its failure; null where it is answered, or nothing is known
   * @param isGood whether the answer fulfils all checks
   */
  record Seen(boolean isAnswered, @Nullable String kind, boolean isGood) {
    static final Seen NOTHING = new Seen(false, null, false);
  }

  /**
   * A row that is to walk.
   *
   * @param model where it begins
   * @param failedAt the failure with which it begins, without a call; null: none
   * @param isAudited whether it is asked of both models
   * @param called rungs that this execution called for it: they are not called again
   */
  record Walker(
      Ladder ladder,
      String model,
      @Nullable String failedAt,
      boolean isAudited,
      Collection<Integer> called) {}

  /** A row is called for at no rung if a later one has its answer. */
  static Walk of(Walker row, Map<Integer, Seen> store) {
    return new Walking(row, store).walk();
  }

  private static final class Walking {
    private final Walker row;
    private final Map<Integer, Seen> store;
    private final Set<Integer> links;
    private int checked = Ladder.NONE;
    private boolean isEscalated;

    Walking(Walker row, Map<Integer, Seen> store) {
      this.row = row;
      this.store = store;
      this.links = new LinkedHashSet<>(row.called());
    }

    Walk walk() {
      int first = row.ladder().first(row.model());
      Seen beginning =
          row.failedAt() == null ? seen(first) : new Seen(false, row.failedAt(), false);
      int at = first;
      while (true) {
        links.add(at);
        Seen seen = at == first ? beginning : seen(at);
        int next = seen.isAnswered() ? afterAnswer(at, seen) : afterFailure(at, seen);
        if (next == Ladder.NONE) {
          return end(at, seen);
        }
        at = next;
      }
    }

    private Seen seen(int rung) {
      return store.getOrDefault(rung, Seen.NOTHING);
    }

    private int afterAnswer(int at, Seen seen) {
      Rung rung = row.ladder().rung(at);
      if (!rung.isChecked()) {
        return Ladder.NONE;
      }
      checked = at;
      isEscalated = !seen.isGood();
      return isEscalated ? rung.escalation() : Ladder.NONE;
    }

    private int afterFailure(int at, Seen seen) {
      Rung rung = row.ladder().rung(at);
      if (seen.kind() != null && rung.next().containsKey(seen.kind())) {
        int next = rung.next().get(seen.kind());
        if (rung.isChecked() && next == rung.escalation()) {
          checked = at; // there was an answer, which did not fulfil the schema
          isEscalated = true;
        }
        return next;
      }
      return rung.later().stream().filter(this::isUsable).findFirst().orElse(Ladder.NONE);
    }

    private boolean isUsable(int rung) {
      Seen seen = seen(rung);
      return seen.isAnswered() && (seen.isGood() || !row.ladder().rung(rung).isChecked());
    }

    private Walk end(int at, Seen seen) {
      boolean isAuditMissing = false;
      if (seen.isAnswered() && row.isAudited() && row.ladder().rung(at).isChecked()) {
        int other = row.ladder().rung(at).escalation();
        links.add(other);
        isAuditMissing =
            !seen(other).isAnswered()
                && seen(other).kind() == null
                && !row.called().contains(other);
      }
      boolean isMissing = !seen.isAnswered() && !isForGood(at, seen) && !row.called().contains(at);
      return new Walk(links, at, isMissing, checked, isEscalated, isAuditMissing);
    }

    private boolean isForGood(int at, Seen seen) {
      boolean isFirst = at == row.ladder().first(row.model());
      return isFirst && row.failedAt() != null
          || seen.kind() != null && FailureKind.valueOf(seen.kind()).isPermanent();
    }
  }
}
