package io.penstock.pipeline;

import io.penstock.domain.Fingerprint;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.spark.sql.Row;
import org.apache.spark.sql.RowFactory;

/** The groups of one bucket, and what is to be counted of them. Confined to one task thread. */
final class BucketGroups {
  private final GroupTable requests = new GroupTable();
  private final GroupTable ids = new GroupTable();
  private long withoutPrompt;
  private long nullIds;

  /**
   * @param block of {@link MemberBlocks}
   */
  void add(byte[] block) {
    ByteBuffer members = ByteBuffer.wrap(block);
    while (members.hasRemaining()) {
      add(members.getLong(), members.getLong(), members.getLong());
    }
  }

  private void add(long high, long low, long what) {
    if (what >= 0) {
      requests.addRow(high, low, what);
    } else if (what == MemberKind.HELD_BEFORE) {
      requests.addHeld(high, low, DedupStage.HELD_BEFORE);
    } else if (what == MemberKind.BOUGHT_HERE) {
      requests.addHeld(high, low, DedupStage.BOUGHT_HERE);
    } else if (what == MemberKind.WITHOUT_PROMPT) {
      withoutPrompt++;
    } else if (what == MemberKind.ID) {
      ids.addRow(high, low, 0);
    } else {
      nullIds++;
    }
  }

  /** Rows of {@link DedupStage#GROUPS}: one per request of the input, and one of counts. */
  Iterator<Row> rows() {
    return Stream.concat(groups(requests).mapToObj(this::request), Stream.of(counts())).iterator();
  }

  private static IntStream groups(GroupTable table) {
    return IntStream.range(0, table.capacity()).filter(table::isGroup);
  }

  private Row request(int slot) {
    Object[] values = new Object[DedupStage.GROUPS.size()];
    values[0] =
        ByteBuffer.allocate(Fingerprint.BYTES)
            .putLong(requests.high(slot))
            .putLong(requests.low(slot))
            .array();
    values[1] = requests.firstRow(slot);
    values[2] = requests.held(slot) == GroupTable.NOT_HELD ? null : requests.held(slot);
    return RowFactory.create(values);
  }

  private Row counts() {
    Map<String, Long> counts = new HashMap<>();
    counts.put(DedupStage.ROWS, withoutPrompt + groups(requests).mapToLong(requests::rows).sum());
    counts.put(DedupStage.INVALID, withoutPrompt);
    counts.put(DedupStage.DISTINCT, groups(requests).count());
    counts.put(DedupStage.MISSES, held(GroupTable.NOT_HELD));
    counts.put(DedupStage.HITS, held(DedupStage.HELD_BEFORE));
    counts.put(
        DedupStage.HELD_AGAIN,
        groups(requests).filter(slot -> requests.heldMembers(slot) > 1).count());
    counts.put(DedupStage.REPEATED_IDS, groups(ids).filter(slot -> ids.rows(slot) > 1).count());
    counts.put(DedupStage.NULL_IDS, nullIds);
    return RowFactory.create(
        Arrays.stream(DedupStage.GROUPS.fieldNames()).map(counts::get).toArray());
  }

  private long held(int how) {
    return groups(requests).filter(slot -> requests.held(slot) == how).count();
  }
}
