package io.penstock.config;

import io.penstock.config.JobSpec.ModelSpec;
import io.penstock.yaml.NearestName;
import io.penstock.yaml.Problems;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** That every key of {@code limits} is the account and model of some calls, and of its own. */
final class LimitChecks {
  private final JobSpec spec;
  private final Problems problems;

  LimitChecks(JobSpec spec, Problems problems) {
    this.spec = spec;
    this.problems = problems;
  }

  void run() {
    spec.limits().keySet().forEach(this::checkProvider);
  }

  /** Only where providers and models were found right. */
  void runAcrossKeys() {
    Accounts accounts = Accounts.of(spec);
    Set<String> used =
        spec.models().values().stream().map(accounts::accountModel).collect(Collectors.toSet());
    Map<String, String> seen = new HashMap<>();
    for (String key : new TreeSet<>(spec.limits().keySet())) {
      String accountModel = accounts.accountModelOf(key);
      if (accountModel == null || !used.contains(accountModel)) {
        problems.add(path(key), "no model of the job uses it; " + hint(key));
        continue;
      }
      String other = seen.putIfAbsent(accountModel, key);
      if (other != null) {
        problems.add(path(key), "is the same account and model as '" + other + "'");
      }
    }
  }

  private void checkProvider(String key) {
    String provider = Accounts.providerOf(key);
    if (provider.length() == key.length()) {
      problems.add(path(key), "must have the form provider/model");
    } else if (!spec.providers().containsKey(provider)) {
      problems.add(
          path(key),
          "there is no provider '"
              + provider
              + "'; "
              + NearestName.hint(provider, spec.providers().keySet()));
    }
  }

  private String hint(String key) {
    return NearestName.hint(
        key, spec.models().values().stream().map(LimitChecks::keyOf).distinct().toList());
  }

  private static String keyOf(ModelSpec model) {
    return model.provider() + "/" + model.model();
  }

  private static String path(String key) {
    return "limits." + key;
  }
}
