package io.penstock.config;

import io.penstock.yaml.Problems;
import java.util.List;
import java.util.Optional;

/** That each rule of a list can decide, and that one of them does. */
final class RuleOrder {
  private RuleOrder() {}

  /**
   * @param key of the list
   * @param conditions of its rules, in order; empty: the rule holds always
   * @param decided what every row gets by the rules
   */
  static void check(
      String key, List<Optional<String>> conditions, String decided, Problems problems) {
    for (int i = 0; i < conditions.size(); i++) {
      String path = key + "[" + i + "]";
      boolean isLast = i == conditions.size() - 1;
      boolean isConditional = conditions.get(i).isPresent();
      if (isLast && isConditional) {
        problems.add(
            path + ".when", "the last rule must have none, so that every row has a " + decided);
      } else if (!isLast && !isConditional) {
        problems.add(path, "has no condition: the rules after it can never match");
      }
    }
  }
}
