package io.penstock.app;

import io.penstock.config.JobSpec;
import io.penstock.config.JobSpec.ModelSpec;
import io.penstock.config.JobSpec.ProviderSpec;
import io.penstock.config.JobSpecReader;
import io.penstock.pipeline.JobSetup;
import io.penstock.pricing.ListedPrice;
import io.penstock.pricing.ModelPrice;
import io.penstock.pricing.PriceList;
import io.penstock.pricing.PriceListWriter;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Finds the prices of a job's models. */
final class JobPrices {
  private final JobSpec spec;
  private final PriceList prices;

  /**
   * @param prices with the job's own
   */
  JobPrices(JobSpec spec, PriceList prices) {
    this.spec = spec;
    this.prices = prices;
  }

  /** Null where none is known for the day. */
  @Nullable ModelPrice of(ModelSpec model) {
    return entry(model).flatMap(prices::listed).map(ListedPrice::price).orElse(null);
  }

  /** What the run folder and the console are told. */
  JobSetup.Prices used() {
    List<String> names =
        spec.routedModels().stream()
            .flatMap(name -> entry(spec.models().get(name)).stream())
            .toList();
    return new JobSetup.Prices(
        prices.version(), PriceListWriter.toYaml(prices, names), outsidePeriods());
  }

  private Map<String, String> outsidePeriods() {
    Map<String, String> periods = new TreeMap<>();
    for (String name : spec.routedModels()) {
      entry(spec.models().get(name))
          .flatMap(prices::listed)
          .filter(listed -> listed.price() == null)
          .ifPresent(listed -> periods.put(name, listed.periods()));
    }
    return periods;
  }

  /** The name of its entry in the list. */
  private Optional<String> entry(ModelSpec model) {
    if (model.provider().equals(JobSpecReader.SIMULATOR)) {
      return prices.nameByModel(model.model());
    }
    ProviderSpec provider = spec.providers().get(model.provider());
    String listedAs = provider.priceAs() == null ? model.provider() : provider.priceAs();
    return Optional.of(listedAs + "/" + model.model())
        .filter(name -> prices.listed(name).isPresent());
  }
}
