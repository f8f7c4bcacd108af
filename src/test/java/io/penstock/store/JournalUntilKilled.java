package io.penstock.store;

import java.nio.file.Path;

/**
 * A program that intends calls, stores an answer of every second one, and prints each line that was
 * acknowledged, until it is killed.
 */
final class JournalUntilKilled {
  static final String INTENDED = "intended ";
  static final String KEPT = "kept ";

  private JournalUntilKilled() {}

  public static void main(String[] store) {
    Journal journal = new JournalFolder(Path.of(store[0])).writer();
    for (int i = 0; true; i++) {
      journal.intend(Entries.intent(i, "0.5")).join();
      System.out.println(INTENDED + i);
      if (i % 2 == 0) {
        journal.append(Entries.answer("e" + i, i, "yes", 0)).join();
        System.out.println(KEPT + i);
      }
    }
  }
}
