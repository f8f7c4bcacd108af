package io.penstock.config;

import io.penstock.config.JobSpec.CascadeSpec;
import io.penstock.config.JobSpec.CheckSpec;
import io.penstock.config.JobSpec.FallbackSpec;
import io.penstock.config.JobSpec.ModelSpec;
import io.penstock.domain.FailureKind;
import io.penstock.domain.FinishReason;
import io.penstock.yaml.NearestName;
import io.penstock.yaml.Problems;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The checks of fallbacks and of the cascade. */
final class RungChecks {
  private static final List<String> FINISH_REASONS =
      Arrays.stream(FinishReason.values()).map(FinishReason::name).toList();

  private final JobSpec spec;
  private final Problems problems;

  RungChecks(JobSpec spec, Problems problems) {
    this.spec = spec;
    this.problems = problems;
  }

  void run() {
    spec.models().forEach(this::checkFallback);
    spec.models().keySet().forEach(this::checkLoop);
    checkCascade(spec.cascade());
  }

  private void checkFallback(String name, ModelSpec model) {
    for (int i = 0; i < model.fallback().size(); i++) {
      FallbackSpec fallback = model.fallback().get(i);
      String path = "models." + name + ".fallback[" + i + "]";
      checkModel(path + ".model", fallback.model());
      if (fallback.on().isEmpty()) {
        problems.add(path + ".on", "must name at least one failure kind");
      }
      fallback.on().forEach(kind -> checkKind(path + ".on", kind));
    }
  }

  private void checkModel(String path, String name) {
    if (!spec.models().containsKey(name)) {
      problems.add(path, "is '" + name + "'; " + NearestName.hint(name, spec.models().keySet()));
    }
  }

  private void checkKind(String path, String word) {
    List<FailureKind> found =
        Arrays.stream(FailureKind.values()).filter(kind -> kind.name().equals(word)).toList();
    if (found.isEmpty()) {
      List<String> takeable =
          Arrays.stream(FailureKind.values())
              .filter(kind -> whyNot(kind).isEmpty())
              .map(FailureKind::name)
              .toList();
      problems.add(path, "is '" + word + "'; " + NearestName.hint(word, takeable));
    } else if (!whyNot(found.get(0)).isEmpty()) {
      problems.add(path, word + " cannot lead to another model: " + whyNot(found.get(0)));
    }
  }

  /** Empty where it can. */
  private static String whyNot(FailureKind kind) {
    if (kind == FailureKind.INVALID_REQUEST) {
      return "the row has no prompt, or one that is wrong for any model";
    }
    if (kind.stopsRun()) {
      return "it meets every row of the account or model, and stops the run";
    }
    return kind.isStored() ? "" : "it says that the run did not call the row";
  }

  /** Told at the first of the models on a loop, in the order of the alphabet. */
  private void checkLoop(String start) {
    List<String> loop = new ArrayList<>(List.of(start));
    if (leadsBack(start, loop, new HashSet<>())) {
      problems.add(
          "models." + start + ".fallback", "leads back to itself: " + String.join(" -> ", loop));
    }
  }

  private boolean leadsBack(String start, List<String> path, Set<String> seen) {
    ModelSpec model = spec.models().get(path.get(path.size() - 1));
    for (FallbackSpec fallback : model == null ? List.<FallbackSpec>of() : model.fallback()) {
      String next = fallback.model();
      path.add(next);
      if (next.equals(start)
          || next.compareTo(start) > 0 && seen.add(next) && leadsBack(start, path, seen)) {
        return true;
      }
      path.remove(path.size() - 1);
    }
    return false;
  }

  private void checkCascade(CascadeSpec cascade) {
    if (cascade.to() == null) {
      if (!cascade.unless().isEmpty() || cascade.auditFraction().signum() > 0) {
        problems.add("cascade.to", "is required");
      }
      return;
    }
    checkModel("cascade.to", cascade.to());
    if (spec.firstModels().equals(Set.of(cascade.to()))) {
      problems.add("cascade.to", "is the model of all rows already");
    }
    if (cascade.unless().isEmpty()) {
      problems.add("cascade.unless", "must have at least one check that a good answer fulfils");
    }
    for (int i = 0; i < cascade.unless().size(); i++) {
      checkCheck("cascade.unless[" + i + "]", cascade.unless().get(i));
    }
  }

  private void checkCheck(String path, CheckSpec check) {
    long kinds =
        Stream.of(check.finishReason(), check.matches(), check.sql(), check.schema())
            .filter(Objects::nonNull)
            .count();
    if (kinds != 1) {
      problems.add(path, "must have exactly one of finish_reason, matches, sql, schema");
    }
    if (check.finishReason() != null) {
      checkFinishReasons(path + ".finish_reason", check.finishReason());
    }
    if (check.matches() != null) {
      checkPattern(path + ".matches", check.matches());
    }
    if (check.schema() != null) {
      checkSchema(path + ".schema", check.schema());
    }
  }

  private void checkFinishReasons(String path, List<String> reasons) {
    if (reasons.isEmpty()) {
      problems.add(path, "must name at least one: " + String.join(", ", FINISH_REASONS));
    }
    Set<String> unknown =
        reasons.stream()
            .filter(reason -> !FINISH_REASONS.contains(reason))
            .collect(Collectors.toSet());
    unknown.forEach(
        reason ->
            problems.add(path, "is '" + reason + "'; " + NearestName.hint(reason, FINISH_REASONS)));
  }

  private void checkSchema(String path, Boolean isWanted) {
    if (!isWanted) {
      problems.add(path, "must be true");
    } else if (spec.prompt().responseSchema() == null) {
      problems.add(path, "needs prompt.response_schema");
    }
  }

  private void checkPattern(String path, String pattern) {
    try {
      Pattern.compile(pattern);
    } catch (PatternSyntaxException e) {
      problems.add(path, "is no regular expression: " + e.getDescription());
    }
  }
}
