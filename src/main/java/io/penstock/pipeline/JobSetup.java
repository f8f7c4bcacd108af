package io.penstock.pipeline;

import io.penstock.config.JobSpec;
import io.penstock.config.JobSpec.LimitSpec;
import io.penstock.domain.ModelSettings;
import io.penstock.pricing.ModelPrice;
import io.penstock.prompt.FingerprintBasis;
import io.penstock.prompt.PromptTemplate;
import io.penstock.provider.ProviderFactory;
import io.penstock.tokens.TokenFamily;
import java.util.List;
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
    String priceVersion,
    ProviderFactory providers) {
  /** Parsed templates; both null with {@code prompt.messages}. */
  public record Templates(@Nullable PromptTemplate system, @Nullable PromptTemplate user) {}

  /**
   * @param price null where none is known
   * @param accountModel under which its limits are shared by the whole cluster: {@code
   *     account/model}; one for all of the job's models that ask one account for one model
   * @param limits of {@code accountModel}, as the job sets them; null where it sets none
   */
  public record Model(
      ModelSettings settings,
      SecretPlaces secrets,
      @Nullable ModelPrice price,
      FingerprintBasis fingerprintBasis,
      String accountModel,
      @Nullable LimitSpec limits) {
    /** How its tokens are counted. */
    public TokenFamily tokens() {
      return TokenFamily.of(price == null ? null : price.encoding());
    }

    /** What one answer has at the most. */
    long maxOutputTokens() {
      return ModelPricing.maxOutput(settings, price);
    }
  }
}
