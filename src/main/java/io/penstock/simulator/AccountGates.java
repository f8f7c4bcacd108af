package io.penstock.simulator;

import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The gates of all models, and the rules that hold for each of them. The simulator has one account.
 * Thread-safe: a gate that is there is found without a lock.
 */
final class AccountGates {
  private final InstantSource clock;
  private final Map<String, ModelGate> gates = new ConcurrentHashMap<>();
  private volatile Rules rules;

  AccountGates(SimulatorLimits limits, InstantSource clock) {
    this.clock = clock;
    rules = new Rules(limits, null);
  }

  /**
   * What can be changed while the simulator runs.
   *
   * @param refuse how every request for a completion fails; null: they are served
   */
  record Rules(SimulatorLimits limits, @Nullable Fault refuse) {}

  Rules rules() {
    return rules;
  }

  ModelGate gate(String model) {
    ModelGate gate = gates.get(model);
    return gate == null ? open(model) : gate;
  }

  /** Under the lock of {@link #change}, so that no gate keeps old limits. */
  private synchronized ModelGate open(String model) {
    return gates.computeIfAbsent(model, absent -> new ModelGate(rules.limits(), clock));
  }

  synchronized Rules change(UnaryOperator<Rules> change) {
    rules = change.apply(rules);
    gates.values().forEach(gate -> gate.change(rules.limits()));
    return rules;
  }
}
