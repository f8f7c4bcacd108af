package io.penstock.pipeline;

/**
 * Groups by a key of 128 bits, in arrays of numbers: what a bucket of a large run holds fits into
 * memory, and takes no object per group. Confined to one thread.
 *
 * <p>Keys are taken to be hashes: their low half says where a group lies.
 */
final class GroupTable {
  /** {@link #held} of a group without any such member. */
  static final int NOT_HELD = 0;

  /** Of a group: both halves of the key, first row, rows, held members, highest kind of them. */
  private static final int FIELDS = 6;

  private static final int LOW = 1;
  private static final int FIRST_ROW = 2;
  private static final int ROWS = 3;
  private static final int HELD_MEMBERS = 4;
  private static final int HELD = 5;

  private static final int INITIAL_CAPACITY = 1 << 10;

  private long[] fields = new long[INITIAL_CAPACITY * FIELDS];
  private int capacity = INITIAL_CAPACITY;
  private int groups;

  /** A row of the input that belongs to the group. */
  void addRow(long high, long low, long rowId) {
    int at = place(high, low);
    fields[at + FIRST_ROW] =
        fields[at + ROWS] == 0 ? rowId : Math.min(fields[at + FIRST_ROW], rowId);
    fields[at + ROWS]++;
  }

  /**
   * @param held above {@link #NOT_HELD}; of several the highest is kept
   */
  void addHeld(long high, long low, int held) {
    int at = place(high, low);
    fields[at + HELD_MEMBERS]++;
    fields[at + HELD] = Math.max(fields[at + HELD], held);
  }

  /** Where groups can be; {@link #isGroup} tells at which of them there is one. */
  int capacity() {
    return capacity;
  }

  /** Whether there is a group with rows of the input. */
  boolean isGroup(int slot) {
    return rows(slot) > 0;
  }

  long high(int slot) {
    return fields[slot * FIELDS];
  }

  long low(int slot) {
    return fields[slot * FIELDS + LOW];
  }

  /** The lowest. */
  long firstRow(int slot) {
    return fields[slot * FIELDS + FIRST_ROW];
  }

  long rows(int slot) {
    return fields[slot * FIELDS + ROWS];
  }

  long heldMembers(int slot) {
    return fields[slot * FIELDS + HELD_MEMBERS];
  }

  int held(int slot) {
    return (int) fields[slot * FIELDS + HELD];
  }

  /** Of the group's first field, which is new where there was no such group. */
  private int place(long high, long low) {
    if (2 * groups >= capacity) {
      grow();
    }
    int at = find(fields, capacity, high, low);
    if (isEmpty(fields, at)) {
      fields[at] = high;
      fields[at + LOW] = low;
      groups++;
    }
    return at;
  }

  private void grow() {
    int doubled = Math.multiplyExact(capacity, 2);
    long[] larger = new long[Math.multiplyExact(doubled, FIELDS)];
    for (int at = 0; at < fields.length; at += FIELDS) {
      if (!isEmpty(fields, at)) {
        int place = find(larger, doubled, fields[at], fields[at + LOW]);
        System.arraycopy(fields, at, larger, place, FIELDS);
      }
    }
    fields = larger;
    capacity = doubled;
  }

  /**
   * @param capacity a power of two
   */
  private static int find(long[] fields, int capacity, long high, long low) {
    int slot = (int) low & (capacity - 1);
    while (!isEmpty(fields, slot * FIELDS)
        && (fields[slot * FIELDS] != high || fields[slot * FIELDS + LOW] != low)) {
      slot = (slot + 1) & (capacity - 1);
    }
    return slot * FIELDS;
  }

  /** A group has a member at least. */
  private static boolean isEmpty(long[] fields, int at) {
    return fields[at + ROWS] == 0 && fields[at + HELD_MEMBERS] == 0;
  }
}
