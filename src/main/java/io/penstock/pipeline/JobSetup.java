package io.penstock.pipeline;

import io.penstock.config.JobSpec;
import io.penstock.config.JobSpec.LimitSpec;
import io.penstock.domain.ModelSettings;
import io.penstock.pricing.ModelPrice;
import io.penstock.prompt.FingerprintBasis;
import io.penstock.prompt.PromptOptimizer;
import io.penstock.prompt.PromptTemplate;
import io.penstock.provider.ProviderFactory;
import io.penstock.tokens.TokenFamily;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A job as it was wired: the job file and everything that was made from it. Holds no secret.
 *
 * @param resolvedYaml the job file with all defaults, as it goes into the run folder
 * @param models the ones that rows are routed to
 */
public record JobSetup(
    JobSpec spec,
    String resolvedYaml,
    Templates templates,
    List<Model> models,
    Prices prices,
    ProviderFactory providers) {
  /** What is done to prompts to make them shorter. */
  PromptOptimizer optimizer() {
    return new PromptOptimizer(spec.prompt().collapseWhitespace(), spec.prompt().truncate());
  }

  /**
   * The price list as this execution uses it.
   *
   * @param version of the list; stored with every cost
   * @param yaml the version and the entries of the job's models, for the run folder
   * @param outsidePeriods by the job's name for a model whose prices do not hold today: when they
   *     do
   */
  public record Prices(String version, String yaml, Map<String, String> outsidePeriods) {
    public Prices {
      outsidePeriods = Map.copyOf(outsidePeriods);
    }

    /** The warning of a model without a price. */
    String noPrice(ModelSettings model) {
      String what =
          "model %s of provider %s".formatted(model.requestModel(), model.endpoint().name());
      String periods = outsidePeriods.get(model.name());
      String why =
          periods == null
              ? "no price is known for " + what
              : "the prices of " + what + " do not hold today, but " + periods;
      return why + ": its cost columns will be null; set one under prices";
    }

    /** The warning of a model with batches and without a batch price. */
    String noBatchPrice(ModelSettings model) {
      return "no batch price is known for model %s of provider %s: the cost columns of its batches will be null; set batch_input and batch_output under prices"
          .formatted(model.requestModel(), model.endpoint().name());
    }
  }

  /** Parsed templates; both null with {@code prompt.messages}. */
  public record Templates(@Nullable PromptTemplate system, @Nullable PromptTemplate user) {}

  /**
   * @param price null where none is known
   * @param accountModel under which its limits are shared by the whole cluster: {@code
   *     account/model}; one for all of the job's models that ask one account for one model
   * @param limits of {@code accountModel}, as the job sets them; null where it sets none
   * @param hasBatch whether its provider has a Batch API
   */
  public record Model(
      ModelSettings settings,
      SecretPlaces secrets,
      @Nullable ModelPrice price,
      FingerprintBasis fingerprintBasis,
      String accountModel,
      @Nullable LimitSpec limits,
      boolean hasBatch) {
    /** How its tokens are counted. */
    public TokenFamily tokens() {
      return ModelPricing.tokens(price);
    }

    /** The same, called only. */
    Model withoutBatch() {
      return new Model(
          settings, secrets, price, fingerprintBasis, accountModel, limits, /* hasBatch= */ false);
    }

    /** Whether what it answers in batches has no known cost. */
    boolean lacksBatchPrice() {
      return hasBatch && (price == null || price.batch() == null);
    }

    /** What one answer has at the most. */
    long maxOutputTokens() {
      return ModelPricing.maxOutput(settings, price);
    }
  }
}
