package io.penstock.simulator.batch;

import java.util.Arrays;

/**
 * A set of numbers that are spread evenly, such as hashes, in about 12 to 24 bytes each. Not
 * thread-safe.
 */
public final class LongSet {
  private static final int FIRST_SLOTS = 16;
  private static final long EMPTY = 0;

  private long[] slots = new long[FIRST_SLOTS];
  private boolean hasEmpty;
  private int size;

  /** False where it was in the set already. */
  public boolean add(long number) {
    if (number == EMPTY) {
      boolean isNew = !hasEmpty;
      hasEmpty = true;
      return isNew;
    }
    if (!put(slots, number)) {
      return false;
    }
    size++;
    if (size * 3L > slots.length * 2L) {
      grow();
    }
    return true;
  }

  public long size() {
    return size + (hasEmpty ? 1L : 0L);
  }

  private static boolean put(long[] slots, long number) {
    int mask = slots.length - 1;
    int slot = (int) number & mask;
    while (slots[slot] != EMPTY) {
      if (slots[slot] == number) {
        return false;
      }
      slot = (slot + 1) & mask;
    }
    slots[slot] = number;
    return true;
  }

  private void grow() {
    long[] larger = new long[slots.length * 2];
    Arrays.stream(slots).filter(number -> number != EMPTY).forEach(number -> put(larger, number));
    slots = larger;
  }
}
