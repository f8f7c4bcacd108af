package io.penstock.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.stream.LongStream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;
import org.junit.jupiter.api.Test;
import scala.Tuple2;

final class MemberBlocksTest {
  private static MemberBlocks blocks(int members, int buckets) {
    Iterator<Row> rows =
        LongStream.range(0, members).mapToObj(RowFactory::create).map(Row.class::cast).iterator();
    return new MemberBlocks(
        rows, (row, to) -> to.add(row.getLong(0), -row.getLong(0), 2 * row.getLong(0)), buckets);
  }

  private static List<Tuple2<Integer, byte[]>> all(MemberBlocks blocks) {
    List<Tuple2<Integer, byte[]>> all = new ArrayList<>();
    blocks.forEachRemaining(all::add);
    return all;
  }

  @Test
  void eachMemberIsInABlockOfItsBucket() {
    int members = 10_000;
    List<Long> seen = new ArrayList<>();

    for (Tuple2<Integer, byte[]> block : all(blocks(members, 3))) {
      ByteBuffer bytes = ByteBuffer.wrap(block._2());
      while (bytes.hasRemaining()) {
        long high = bytes.getLong();
        assertThat(bytes.getLong()).isEqualTo(-high);
        assertThat(bytes.getLong()).isEqualTo(2 * high);
        assertThat(block._1()).isEqualTo((int) (high % 3));
        seen.add(high);
      }
    }

    assertThat(seen)
        .containsExactlyInAnyOrderElementsOf(LongStream.range(0, members).boxed().toList());
  }

  @Test
  void manyMembersGoInFewBlocks() {
    assertThat(all(blocks(10_000, 2))).hasSizeLessThan(12);
  }

  @Test
  void blocksStaySmallWithManyBuckets() {
    int largest =
        all(blocks(200_000, 50_000)).stream().mapToInt(block -> block._2().length).max().orElse(0);

    assertThat(50_000L * largest).isLessThanOrEqualTo(16 << 20);
  }

  @Test
  void noMembersAreNoBlocks() {
    MemberBlocks none = blocks(0, 4);

    assertThat(none.hasNext()).isFalse();
    assertThatThrownBy(none::next).isInstanceOf(NoSuchElementException.class);
  }
}
