package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class GroupTableTest {
  private final GroupTable table = new GroupTable();

  private int slot(long high, long low) {
    return IntStream.range(0, table.capacity())
        .filter(slot -> table.isGroup(slot) && table.high(slot) == high && table.low(slot) == low)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void countsTheRowsOfAGroupAndKeepsTheFirst() {
    table.addRow(1, 2, 30);
    table.addRow(1, 2, 10);
    table.addRow(1, 2, 20);

    assertThat(table.rows(slot(1, 2))).isEqualTo(3);
    assertThat(table.firstRow(slot(1, 2))).isEqualTo(10);
    assertThat(table.held(slot(1, 2))).isEqualTo(GroupTable.NOT_HELD);
  }

  @Test
  void keysThatShareOneHalfAreDifferentGroups() {
    table.addRow(1, 2, 10);
    table.addRow(9, 2, 11);
    table.addRow(1, 9, 12);
    table.addRow(0, 0, 13);

    assertThat(table.firstRow(slot(1, 2))).isEqualTo(10);
    assertThat(table.firstRow(slot(9, 2))).isEqualTo(11);
    assertThat(table.firstRow(slot(1, 9))).isEqualTo(12);
    assertThat(table.firstRow(slot(0, 0))).isEqualTo(13);
  }

  @Test
  void whatIsHeldAndNotAskedForIsNoGroup() {
    table.addHeld(1, 2, DedupStage.HELD_BEFORE);
    table.addHeld(3, 4, DedupStage.BOUGHT_HERE);
    table.addHeld(3, 4, DedupStage.HELD_BEFORE);
    table.addRow(3, 4, 7);

    assertThat(IntStream.range(0, table.capacity()).filter(table::isGroup).count()).isEqualTo(1);
    assertThat(table.held(slot(3, 4))).isEqualTo(DedupStage.BOUGHT_HERE);
    assertThat(table.heldMembers(slot(3, 4))).isEqualTo(2);
    assertThat(table.firstRow(slot(3, 4))).isEqualTo(7);
  }

  @Test
  void growsAndLosesNothing() {
    int groups = 100_000;
    for (int round = 0; round < 2; round++) {
      SplittableRandom keys = new SplittableRandom(1);
      for (int row = 0; row < groups; row++) {
        table.addRow(keys.nextLong(), keys.nextLong(), row + (long) round * groups);
      }
    }

    assertThat(IntStream.range(0, table.capacity()).filter(table::isGroup).count())
        .isEqualTo(groups);
    assertThat(
            IntStream.range(0, table.capacity())
                .filter(table::isGroup)
                .allMatch(slot -> table.rows(slot) == 2 && table.firstRow(slot) < groups))
        .isTrue();
  }
}
