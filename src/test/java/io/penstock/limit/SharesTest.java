package io.penstock.limit;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Test;

final class SharesTest {
  private static final int ALL = Integer.MAX_VALUE;

  @Test
  void whoWantsMoreThanThereIsGetsAsMuchAsTheOthers() {
    assertThat(Shares.fair(12, Map.of("a", ALL, "b", 100, "c", ALL)))
        .isEqualTo(Map.of("a", 4, "b", 4, "c", 4));
  }

  @Test
  void whatOneDoesNotWantIsForThoseWhoDo() {
    assertThat(Shares.fair(12, Map.of("a", 2, "b", ALL, "c", ALL)))
        .isEqualTo(Map.of("a", 2, "b", 5, "c", 5));
  }

  @Test
  void whatNobodyWantsIsDividedEvenly() {
    assertThat(Shares.fair(12, Map.of("a", 0, "b", 3))).isEqualTo(Map.of("a", 5, "b", 7));
  }

  @Test
  void nobodyIsNoOne() {
    assertThat(Shares.fair(12, Map.of())).isEmpty();
  }

  @RepeatedTest(200)
  void dividesAllOfItAndFavoursNobody(RepetitionInfo round) {
    Random random = new Random(round.getCurrentRepetition());
    int total = random.nextInt(100);
    Map<String, Integer> wanted = new HashMap<>();
    for (int i = 0; i <= random.nextInt(9); i++) {
      wanted.put("e" + i, random.nextInt(4) == 0 ? ALL : random.nextInt(30));
    }

    Map<String, Integer> shares = Shares.fair(total, wanted);

    assertThat(shares.values().stream().mapToInt(Integer::intValue).sum()).isEqualTo(total);
    int most = shares.values().stream().mapToInt(Integer::intValue).max().orElse(0);
    boolean someWantMore = wanted.keySet().stream().anyMatch(id -> shares.get(id) < wanted.get(id));
    wanted.forEach(
        (id, want) -> {
          assertThat(shares.get(id)).isGreaterThanOrEqualTo(Math.min(want, most - 1));
          assertThat(!someWantMore || shares.get(id) <= want).isTrue();
        });
  }
}
