package io.penstock.pricing;

import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The prices of {@code conf/prices.yaml} with the job's own put over them, as they hold on the day
 * for which they were read. A model that is not listed, or not for that day, has no price: nothing
 * is guessed. Immutable, serializable.
 */
public final class PriceList implements Serializable {
  private final String version;
  private final LinkedHashMap<String, ListedPrice> prices;

  /**
   * @param version the date of the list; stored with every cost computed from it
   * @param prices by {@code provider/model}, in the list's order
   */
  public PriceList(String version, Map<String, ModelPrice> prices) {
    this(version, new LinkedHashMap<String, ListedPrice>());
    prices.forEach((name, price) -> this.prices.put(name, ListedPrice.always(price)));
  }

  PriceList(String version, LinkedHashMap<String, ListedPrice> prices) {
    this.version = version;
    this.prices = new LinkedHashMap<>(prices);
  }

  public String version() {
    return version;
  }

  public Optional<ModelPrice> find(String provider, String model) {
    return find(provider + "/" + model);
  }

  /**
   * @param name {@code provider/model}
   */
  Optional<ModelPrice> find(String name) {
    return listed(name).map(ListedPrice::price);
  }

  /**
   * The entry, whether it has a price for the day or not.
   *
   * @param name {@code provider/model}
   */
  public Optional<ListedPrice> listed(String name) {
    return Optional.ofNullable(prices.get(name));
  }

  Set<String> names() {
    return prices.keySet();
  }

  /** The models' own names, without their providers'. */
  public Set<String> models() {
    return prices.keySet().stream().map(PriceList::modelOf).collect(Collectors.toSet());
  }

  private static String modelOf(String key) {
    return key.substring(key.indexOf('/') + 1);
  }

  /**
   * The price of a model whoever offers it, the first in the list's order: what the simulator
   * plays.
   */
  public Optional<ModelPrice> findByModel(String model) {
    return nameByModel(model).flatMap(this::find);
  }

  /** {@code provider/model} of the entry whose price {@link #findByModel} finds. */
  public Optional<String> nameByModel(String model) {
    return prices.entrySet().stream()
        .filter(entry -> modelOf(entry.getKey()).equals(model) && entry.getValue().price() != null)
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /** This list with some entries replaced or added. */
  public PriceList with(Map<String, ListedPrice> overrides) {
    if (overrides.isEmpty()) {
      return this;
    }
    LinkedHashMap<String, ListedPrice> all = new LinkedHashMap<>(prices);
    all.putAll(overrides);
    return new PriceList(version + "+job", all);
  }
}
