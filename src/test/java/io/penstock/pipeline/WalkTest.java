package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import io.penstock.pipeline.Walk.Seen;
import io.penstock.pipeline.Walk.Walker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class WalkTest {
  private static final String CHAIN =
      "a: [{model: b, on: [OVERLOADED]}, {model: c, on: [OVERLOADED, CONTEXT_TOO_LONG]}];"
          + " b: [{model: d, on: [TIMEOUT]}]; c: []; d: []";
  private static final String CASCADE = "cascade: {to: z, unless: [{matches: x}]}";

  private final Map<Integer, Seen> store = new HashMap<>();
  private Ladder ladder = Ladders.of(CHAIN);

  private static Seen answer() {
    return new Seen(true, null, true);
  }

  private static Seen badAnswer() {
    return new Seen(true, null, false);
  }

  private static Seen failure(String kind) {
    return new Seen(false, kind, false);
  }

  private Walk walk(Integer... called) {
    return walk(null, false, called);
  }

  private Walk walk(String failedAt, boolean isAudited, Integer... called) {
    return Walk.of(new Walker(ladder, "a", failedAt, isAudited, List.of(called)), store);
  }

  private String model(Walk walk) {
    return ladder.rung(walk.stand()).model();
  }

  private int rung(String model) {
    return ladder.reachable("a").stream()
        .filter(rung -> ladder.rung(rung).model().equals(model))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void aFlatLadderHasARungForEachModel() {
    assertThat(Ladders.of("a: []; b: []", "routing: [{when: x, model: a}, {model: b}]").isFlat())
        .isTrue();
    assertThat(ladder.isFlat()).isFalse();
  }

  @Test
  void nothingKnownMeansThatTheFirstModelIsCalled() {
    Walk walk = walk();

    assertThat(model(walk)).isEqualTo("a");
    assertThat(walk.isMissing()).isTrue();
  }

  @Test
  void theFirstFallbackThatTakesTheKindIsNext() {
    store.put(rung("a"), failure("OVERLOADED"));
    assertThat(model(walk())).isEqualTo("b");

    store.put(rung("a"), failure("CONTEXT_TOO_LONG"));
    assertThat(model(walk())).isEqualTo("c");
  }

  @Test
  void aFallbackHasFallbacksOfItsOwnAndThenThoseThatWereLeft() {
    store.put(rung("a"), failure("OVERLOADED"));
    store.put(rung("b"), failure("TIMEOUT"));
    assertThat(model(walk())).isEqualTo("d");

    store.put(rung("b"), failure("OVERLOADED"));
    assertThat(model(walk())).isEqualTo("c");
  }

  @Test
  void aFailureThatNoFallbackTakesIsTheEnd() {
    store.put(rung("a"), failure("CONTENT_FILTERED"));

    Walk walk = walk();

    assertThat(model(walk)).isEqualTo("a");
    assertThat(walk.isMissing()).isFalse();
  }

  @Test
  void aPassingFailureThatNoFallbackTakesIsCalledAgainOnceByAnExecution() {
    store.put(rung("a"), failure("TIMEOUT"));

    assertThat(walk().isMissing()).isTrue();
    assertThat(walk(rung("a")).isMissing()).isFalse();
  }

  @Test
  void whatTheRunDidNotGetToIsNotCalledForEver() {
    Walk walk = walk(rung("a"));

    assertThat(walk.isMissing()).isFalse();
    assertThat(model(walk)).isEqualTo("a");
  }

  @Test
  void anAnswerOfALaterModelSparesTheCallOfTheFirst() {
    store.put(rung("d"), answer());

    Walk walk = walk();

    assertThat(model(walk)).isEqualTo("d");
    assertThat(walk.isMissing()).isFalse();
  }

  @Test
  void aRowThatFailedWithoutACallGoesOnToo() {
    assertThat(model(walk("CONTEXT_TOO_LONG", false))).isEqualTo("c");

    Walk walk = walk("CONTENT_FILTERED", false);
    assertThat(model(walk)).isEqualTo("a");
    assertThat(walk.isMissing()).isFalse();
  }

  @Test
  void aGoodAnswerStaysAndABadOneIsEscalated() {
    ladder = Ladders.of("a: []; z: []", CASCADE);
    store.put(rung("a"), answer());
    Walk good = walk();
    store.put(rung("a"), badAnswer());
    Walk bad = walk();

    assertThat(model(good)).isEqualTo("a");
    assertThat(good.isEscalated()).isFalse();
    assertThat(model(bad)).isEqualTo("z");
    assertThat(bad.isEscalated()).isTrue();
    assertThat(bad.isMissing()).isTrue();
    assertThat(bad.links()).containsExactly(rung("a"), rung("z"));
  }

  @Test
  void theSecondModelsAnswerIsNotChecked() {
    ladder = Ladders.of("a: []; z: [{model: y, on: [TIMEOUT]}]; y: []", CASCADE);
    store.put(rung("a"), badAnswer());
    store.put(rung("z"), badAnswer());
    assertThat(model(walk())).isEqualTo("z");

    store.put(rung("z"), failure("TIMEOUT"));
    store.put(rung("y"), badAnswer());
    Walk walk = walk();
    assertThat(model(walk)).isEqualTo("y");
    assertThat(walk.isMissing()).isFalse();
  }

  @Test
  void theSecondModelThatHasFailedIsNotAskedAgain() {
    ladder =
        Ladders.of(
            "a: [{model: z, on: [TIMEOUT]}, {model: b, on: [TIMEOUT]}]; z: []; b: []", CASCADE);
    store.put(rung("a"), failure("TIMEOUT"));
    store.put(rung("z"), failure("TIMEOUT"));
    int b = ladder.rung(ladder.rung(rung("a")).next().get("TIMEOUT")).next().get("TIMEOUT");
    store.put(b, badAnswer());

    assertThat(walk().stand()).isEqualTo(b);
  }

  @Test
  void anAuditedRowKeepsItsGoodAnswerAndAsksTheOtherModelOnce() {
    ladder = Ladders.of("a: []; z: []", CASCADE);
    store.put(rung("a"), answer());

    Walk first = walk(null, true);
    Walk again = walk(null, true, rung("z"));
    store.put(rung("z"), answer());
    Walk known = walk(null, true);

    assertThat(first.isAuditMissing()).isTrue();
    assertThat(again.isAuditMissing()).isFalse();
    assertThat(known.isAuditMissing()).isFalse();
    assertThat(List.of(model(first), model(again), model(known))).containsOnly("a");
    assertThat(known.links()).isEqualTo(Set.of(rung("a"), rung("z")));
  }

  @Test
  void whatDoesNotFulfilTheSchemaIsNotGoodEnough() {
    ladder =
        Ladders.of(
            "a: [{model: b, on: [INVALID_RESPONSE, TIMEOUT]}]; b: []; z: []",
            "cascade: {to: z, unless: [{schema: true}]}");
    store.put(rung("a"), failure("INVALID_RESPONSE"));

    Walk walk = walk();

    assertThat(model(walk)).isEqualTo("z");
    assertThat(walk.isMissing()).isTrue();
    assertThat(walk.checked()).isEqualTo(rung("a"));
    assertThat(walk.isEscalated()).isTrue();
  }

  @Test
  void withoutACheckOfTheSchemaItIsAFailureLikeOthers() {
    ladder = Ladders.of("a: [{model: b, on: [INVALID_RESPONSE]}]; b: []; z: []", CASCADE);
    store.put(rung("a"), failure("INVALID_RESPONSE"));

    Walk walk = walk();

    assertThat(model(walk)).isEqualTo("b");
    assertThat(walk.checked()).isEqualTo(Ladder.NONE);
  }

  @Test
  void theSecondModelOfTheCascadeFailsForGood() {
    ladder = Ladders.of("a: []; z: []", "cascade: {to: z, unless: [{schema: true}]}");
    store.put(rung("a"), failure("INVALID_RESPONSE"));
    store.put(rung("z"), failure("INVALID_RESPONSE"));

    Walk walk = walk();

    assertThat(model(walk)).isEqualTo("z");
    assertThat(walk.isMissing()).isFalse();
  }
}
