package io.penstock.pipeline;

import java.io.Serializable;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Iterator;
import java.util.NoSuchElementException;
import org.apache.spark.sql.Row;
import scala.Tuple2;

/**
 * Members of groups on their way through the shuffle: packed into blocks, each for one bucket, so
 * that Spark moves an object per block and not one per member. Reads rows as it is read itself.
 * Confined to one task thread.
 *
 * <p>A member is three numbers: two halves of its key, and what it is ({@link MemberKind}, or the
 * id of a row).
 */
final class MemberBlocks implements Iterator<Tuple2<Integer, byte[]>> {
  static final int MEMBER_BYTES = 3 * Long.BYTES;

  private static final int LARGEST_BLOCK = 1_365 * MEMBER_BYTES;

  /** Of a task, over all its blocks. */
  private static final int MEMORY_BYTES = 16 << 20;

  /** Turns a row into members. */
  interface Unpacking extends Serializable {
    void unpack(Row row, MemberBlocks to);
  }

  private final Iterator<Row> rows;
  private final Unpacking unpacking;
  private final ByteBuffer[] open;
  private final int blockBytes;
  private final Deque<Tuple2<Integer, byte[]>> full = new ArrayDeque<>();

  MemberBlocks(Iterator<Row> rows, Unpacking unpacking, int buckets) {
    this.rows = rows;
    this.unpacking = unpacking;
    this.open = new ByteBuffer[buckets];
    int room = Math.min(LARGEST_BLOCK, MEMORY_BYTES / buckets);
    this.blockBytes = Math.max(1, room / MEMBER_BYTES) * MEMBER_BYTES;
  }

  void add(long high, long low, long what) {
    int bucket = (int) Long.remainderUnsigned(high, open.length);
    ByteBuffer block = open[bucket];
    if (block == null) {
      block = ByteBuffer.allocate(blockBytes);
      open[bucket] = block;
    }
    block.putLong(high).putLong(low).putLong(what);
    if (!block.hasRemaining()) {
      close(bucket);
    }
  }

  private void close(int bucket) {
    ByteBuffer block = open[bucket];
    full.add(new Tuple2<>(bucket, Arrays.copyOf(block.array(), block.position())));
    open[bucket] = null;
  }

  @Override
  public boolean hasNext() {
    while (full.isEmpty() && rows.hasNext()) {
      unpacking.unpack(rows.next(), this);
    }
    if (full.isEmpty()) {
      for (int bucket = 0; bucket < open.length; bucket++) {
        if (open[bucket] != null) {
          close(bucket);
        }
      }
    }
    return !full.isEmpty();
  }

  @Override
  public Tuple2<Integer, byte[]> next() {
    if (!hasNext()) {
      throw new NoSuchElementException();
    }
    return full.remove();
  }
}
