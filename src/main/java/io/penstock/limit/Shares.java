package io.penstock.limit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Divides what there is among those who want it. Holds nothing. */
final class Shares {
  private Shares() {}

  /**
   * Nobody gets more than he wants while another wants more than he gets; what nobody wants is
   * divided evenly. All of it is given out.
   *
   * @param wanted by name; {@link Integer#MAX_VALUE}: as much as there is
   */
  static Map<String, Integer> fair(int total, Map<String, Integer> wanted) {
    Map<String, Integer> shares = new HashMap<>();
    List<String> order = new ArrayList<>(wanted.keySet());
    order.sort(Comparator.<String>comparingInt(wanted::get).thenComparing(name -> name));
    int left = total;
    for (int i = 0; i < order.size(); i++) {
      int even = ceilDiv(left, order.size() - i);
      int share = Math.min(wanted.get(order.get(i)), even);
      shares.put(order.get(i), share);
      left -= share;
    }
    for (int i = 0; i < order.size() && left > 0; i++) {
      int more = ceilDiv(left, order.size() - i);
      shares.merge(order.get(i), more, Integer::sum);
      left -= more;
    }
    return shares;
  }

  private static int ceilDiv(int amount, int parts) {
    return (amount + parts - 1) / parts;
  }
}
