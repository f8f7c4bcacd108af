package io.penstock.yaml;

import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Says which known name a mistyped one probably meant. */
public final class NearestName {
  /** More known names than this are not listed in a message. */
  private static final int LISTED = 30;

  private NearestName() {}

  /** {@code did you mean 'x'?} or, where nothing is near, the list of known names. */
  public static String hint(String name, Collection<String> known) {
    return find(name, known)
        .map(near -> "did you mean '" + near + "'?")
        .orElseGet(() -> "known are: " + list(known));
  }

  private static String list(Collection<String> known) {
    String names = new TreeSet<>(known).stream().limit(LISTED).collect(Collectors.joining(", "));
    return known.size() > LISTED ? names + ", ..." : names;
  }

  static Optional<String> find(String name, Collection<String> known) {
    int tolerance = Math.max(2, name.length() / 3);
    return known.stream()
        .filter(candidate -> distance(name, candidate) <= tolerance)
        .min(
            Comparator.comparingInt((String candidate) -> distance(name, candidate))
                .thenComparing(Comparator.naturalOrder()));
  }

  /** Levenshtein's distance, letter case ignored. */
  private static int distance(String left, String right) {
    String a = left.toLowerCase();
    String b = right.toLowerCase();
    int[] previous = new int[b.length() + 1];
    Arrays.setAll(previous, i -> i);
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = previous[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(previous[j], row[j - 1]));
      }
      previous = row;
    }
    return previous[b.length()];
  }
}
