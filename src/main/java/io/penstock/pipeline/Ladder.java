package io.penstock.pipeline;

import io.penstock.config.JobSpec;
import io.penstock.config.JobSpec.FallbackSpec;
import io.penstock.config.JobSpec.ModelSpec;
import io.penstock.domain.FailureKind;
import io.penstock.domain.Fingerprint;
import io.penstock.domain.Message;
import io.penstock.prompt.Fingerprinter;
import java.io.Serializable;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All ways that a row can take from model to model. A rung is a model on one of these ways: the
 * same model has several rungs where what comes next differs. Serializable, immutable.
 *
 * <p>Where a model fails, its own fallbacks are looked at in order, then those that were left of
 * the model before; a model is met once on a way.
 */
final class Ladder implements Serializable {
  /** No rung. */
  static final int NONE = -1;

  /** A job with more ways than this was not meant like that. */
  private static final int MOST_RUNGS = 256;

  private static final String INVALID = FailureKind.INVALID_RESPONSE.name();

  private static final List<Message> PROBE = List.of(new Message(Message.USER, "probe"));

  private final List<Rung> rungs = new ArrayList<>();
  private final Map<String, Integer> first = new TreeMap<>();

  /**
   * @param next by failure kind, where it goes on
   * @param escalation where it goes on if the answer is not good enough, also if that is a failure
   *     to fulfil the schema; {@link #NONE}: any answer is
   * @param later all rungs that can be reached from here, nearest first
   */
  record Rung(String model, Map<String, Integer> next, int escalation, List<Integer> later)
      implements Serializable {
    boolean isChecked() {
      return escalation != NONE;
    }
  }

  private Ladder() {}

  /**
   * @throws InvalidInputException when there are too many ways
   */
  static Ladder of(JobSpec spec) {
    Ladder ladder = new Ladder();
    Builder builder = new Builder(spec, ladder.rungs);
    for (String model : spec.firstModels()) {
      ladder.first.put(model, builder.build(new Way(model, List.of(), Set.of(), false)));
    }
    return ladder;
  }

  /** Whether no row can come to a second model. */
  boolean isFlat() {
    return rungs.size() == first.size();
  }

  /** Where the rows of a model begin. */
  int first(String model) {
    return first.get(model);
  }

  Rung rung(int index) {
    return rungs.get(index);
  }

  /** Of the rows of a model: where they begin, and what can be reached from there. */
  List<Integer> reachable(String model) {
    List<Integer> all = new ArrayList<>(List.of(first(model)));
    all.addAll(rung(first(model)).later());
    return all;
  }

  /**
   * Answers are told apart by their requests.
   *
   * @throws InvalidInputException when a row could come to two models whose requests are the same,
   *     such as one model in two accounts
   */
  void requireTellable(Map<String, Fingerprinter> fingerprinters) {
    for (String start : first.keySet()) {
      Map<Fingerprint, String> met = new HashMap<>();
      for (int rung : reachable(start)) {
        String model = rung(rung).model();
        String twin = met.putIfAbsent(fingerprinters.get(model).of(PROBE), model);
        if (twin != null && !twin.equals(model)) {
          throw new InvalidInputException(
              "models: "
                  + model
                  + " makes the same requests as "
                  + twin
                  + ", so that an answer of the one is an answer of the other: it cannot be its"
                  + " fallback");
        }
      }
    }
  }

  /**
   * How far a row has come.
   *
   * @param left fallbacks of the models before that were not tried
   * @param before models that were
   */
  private record Way(
      String model, List<FallbackSpec> left, Set<String> before, boolean isEscalated) {
    Set<String> met() {
      Set<String> met = new LinkedHashSet<>(before);
      met.add(model);
      return met;
    }
  }

  private record Builder(JobSpec spec, List<Rung> rungs) {
    int build(Way way) {
      int index = rungs.size();
      if (index == MOST_RUNGS) {
        throw new InvalidInputException(
            "models: their fallbacks make more than " + MOST_RUNGS + " ways from model to model");
      }
      Map<String, Integer> next =
          new HashMap<>(isSchemaChecked(way) ? Map.of(INVALID, NONE) : Map.of());
      rungs.add(new Rung(way.model(), next, NONE, List.of())); // its place
      Set<Integer> children = new LinkedHashSet<>();
      List<FallbackSpec> fallbacks = new ArrayList<>(model(way).fallback());
      fallbacks.addAll(way.left());
      for (int i = 0; i < fallbacks.size(); i++) {
        FallbackSpec fallback = fallbacks.get(i);
        List<String> kinds =
            fallback.on().stream().filter(kind -> !next.containsKey(kind)).distinct().toList();
        if (!kinds.isEmpty() && !way.met().contains(fallback.model())) {
          List<FallbackSpec> left = fallbacks.subList(i + 1, fallbacks.size());
          int child = build(new Way(fallback.model(), left, way.met(), way.isEscalated()));
          kinds.forEach(kind -> next.put(kind, child));
          children.add(child);
        }
      }
      int escalation = escalation(way);
      if (escalation != NONE) {
        children.add(escalation);
      }
      next.replace(INVALID, NONE, escalation);
      rungs.set(index, new Rung(way.model(), Map.copyOf(next), escalation, later(children)));
      return index;
    }

    private int escalation(Way way) {
      return isChecked(way)
          ? build(new Way(String.valueOf(spec.cascade().to()), List.of(), way.met(), true))
          : NONE;
    }

    private boolean isChecked(Way way) {
      @Nullable String to = spec.cascade().to();
      return to != null && !way.isEscalated() && !way.met().contains(to);
    }

    /** Then what does not fulfil the schema is an answer that is not good enough. */
    private boolean isSchemaChecked(Way way) {
      return isChecked(way)
          && spec.cascade().unless().stream().anyMatch(check -> check.schema() != null);
    }

    private ModelSpec model(Way way) {
      return spec.models().get(way.model());
    }

    private List<Integer> later(Set<Integer> children) {
      Set<Integer> later = new LinkedHashSet<>(children);
      children.forEach(child -> later.addAll(rungs.get(child).later()));
      return List.copyOf(later);
    }
  }
}
