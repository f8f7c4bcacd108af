package io.penstock.config;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class RungChecksTest {
  private static final String LARGE = "models.large={provider: openai, model: gpt-4o}";

  private static void refuses(String set, String problem) {
    Jobs.refusesAll(List.of(LARGE, "routing=[{model: small}]", set), problem);
  }

  private static JobSpec job(String... sets) {
    List<String> all = new ArrayList<>(List.of(LARGE));
    all.addAll(List.of(sets));
    return Jobs.smallestWith(all.toArray(String[]::new));
  }

  @Test
  void modelsThatAreOnlyReachedLaterAreUsedAndNeedNoRule() {
    JobSpec fallback = job("models.small.fallback=[{model: large, on: [OVERLOADED, TIMEOUT]}]");
    JobSpec cascade = job("cascade={to: large, unless: [{finish_reason: [STOP]}]}");

    for (JobSpec job : List.of(fallback, cascade)) {
      assertThat(job.firstModels()).containsExactly("small");
      assertThat(job.routedModels()).containsExactly("large", "small");
    }
  }

  @Test
  void fallbacksOfFallbacksAreUsedToo() {
    JobSpec job =
        job(
            "models.huge={provider: openai, model: x}",
            "models.small.fallback=[{model: large, on: [TIMEOUT]}]",
            "models.large.fallback=[{model: huge, on: [CONTEXT_TOO_LONG]}]");

    assertThat(job.routedModels()).containsExactly("huge", "large", "small");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[{model: larg, on: [TIMEOUT]}]  | [0].model: is 'larg'; did you mean 'large'?",
        "[{model: large, on: []}]        | [0].on: must name at least one failure kind",
        "[{model: large}]                | [0].on: is required",
        "[{model: large, on: [TIMEOUTS]}] | [0].on: is 'TIMEOUTS'; did you mean 'TIMEOUT'?",
        "[{model: large, on: [NOT_FOUND]}] | [0].on: NOT_FOUND cannot lead to another model: it meets every row of the account or model, and stops the run",
        "[{model: large, on: [BUDGET]}]  | [0].on: BUDGET cannot lead to another model: it says that the run did not call the row",
        "[{model: large, on: [INVALID_REQUEST]}] | [0].on: INVALID_REQUEST cannot lead to another model: the row has no prompt, or one that is wrong for any model",
        "[{model: small, on: [TIMEOUT]}] | : leads back to itself: small -> small"
      })
  void aFallbackThatCannotBeIsRefused(String fallback, String problem) {
    refuses("models.small.fallback=" + fallback, "models.small.fallback" + problem);
  }

  @Test
  void aLoopIsToldOnce() {
    Jobs.refusesAll(
        List.of(
            LARGE,
            "models.huge={provider: openai, model: x}",
            "models.small.fallback=[{model: huge, on: [TIMEOUT]}]",
            "models.huge.fallback=[{model: large, on: [TIMEOUT]}]",
            "models.large.fallback=[{model: small, on: [TIMEOUT]}]",
            "routing=[{model: small}]"),
        "models.huge.fallback: leads back to itself: huge -> large -> small -> huge");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{to: larg, unless: [{matches: a}]} | .to: is 'larg'; did you mean 'large'?",
        "{to: small, unless: [{matches: a}]} | .to: is the model of all rows already",
        "{to: large} | .unless: must have at least one check that a good answer fulfils",
        "{to: large, unless: []} | .unless: must have at least one check that a good answer fulfils",
        "{audit_fraction: 0.1} | .to: is required",
        "{to: large, unless: [{matches: '(a'}]} | .unless[0].matches: is no regular expression: Unclosed group",
        "{to: large, unless: [{finish_reason: [STOPP]}]} | .unless[0].finish_reason: is 'STOPP'; did you mean 'STOP'?",
        "{to: large, unless: [{finish_reason: []}]} | .unless[0].finish_reason: must name at least one: STOP, LENGTH, CONTENT_FILTER, TOOL_CALL, OTHER",
        "{to: large, unless: [{}]} | .unless[0]: must have exactly one of finish_reason, matches, sql, schema",
        "{to: large, unless: [{matches: a, sql: b}]} | .unless[0]: must have exactly one of finish_reason, matches, sql, schema",
        "{to: large, unless: [{schema: true}]} | .unless[0].schema: needs prompt.response_schema",
        "{to: large, unless: [{matches: a}], audit_fraction: 1.5} | .audit_fraction: is 1.5, must be at least 0 and at most 1"
      })
  void aCascadeThatCannotBeIsRefused(String cascade, String problem) {
    refuses("cascade=" + cascade, "cascade" + problem);
  }
}
