package io.penstock.pipeline;

/** What a member of a group is, where it is no request of a row: all below zero. */
final class MemberKind {
  /** A request that the store held before the run. */
  static final long HELD_BEFORE = -1;

  /** A request that an earlier execution of the run bought. */
  static final long BOUGHT_HERE = -2;

  /** A row without a prompt. */
  static final long WITHOUT_PROMPT = -3;

  /** The hash of a row's id. */
  static final long ID = -4;

  /** A row whose id is null. */
  static final long NULL_ID = -5;

  private MemberKind() {}
}
