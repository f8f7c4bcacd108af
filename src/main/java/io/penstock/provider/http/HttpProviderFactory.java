package io.penstock.provider.http;

import io.penstock.domain.ModelSettings;
import io.penstock.domain.ProviderEndpoint;
import io.penstock.provider.LearntRates;
import io.penstock.provider.ModelCodec;
import io.penstock.provider.ModelProvider;
import io.penstock.provider.ProviderDialect;
import io.penstock.provider.ProviderException;
import io.penstock.provider.ProviderFactory;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import okhttp3.HttpUrl;
import okhttp3.Request;
import org.jspecify.annotations.Nullable;

/**
 * Connects models over HTTP, each in the dialect of its endpoint. Serializable and thread-safe;
 * holds no connections: they belong to the JVM.
 */
public final class HttpProviderFactory implements ProviderFactory {
  private static final long serialVersionUID = 1L;

  /** More than any model writes; a server that sends more is broken. */
  private static final long MAX_BODY_BYTES = 64L * 1024 * 1024;

  private final List<ProviderDialect> dialects;
  private final long maxBodyBytes;
  private final Clock clock;

  public HttpProviderFactory(List<ProviderDialect> dialects) {
    this(dialects, MAX_BODY_BYTES, Clock.systemUTC());
  }

  /**
   * @param clock for servers that give the date until which to wait
   */
  HttpProviderFactory(List<ProviderDialect> dialects, long maxBodyBytes, Clock clock) {
    this.dialects = List.copyOf(dialects);
    this.maxBodyBytes = maxBodyBytes;
    this.clock = clock;
  }

  /**
   * @throws IllegalArgumentException when the endpoint's dialect is not known, its base URL is none
   *     or the key cannot stand in a header; the message does not hold the key
   */
  @Override
  public ModelProvider connect(
      ModelSettings model, @Nullable String apiKey, int maxInFlight, Consumer<LearntRates> learnt) {
    ProviderDialect dialect = dialect(model.endpoint());
    ModelCodec codec = dialect.codec(model);
    Request template = template(model.endpoint(), dialect, codec.path(), apiKey);
    HttpModel.Line line =
        new HttpModel.Line(
            SharedClient.withRoomFor(maxInFlight),
            template,
            new SecretMask(apiKey),
            new AnswerReader(maxBodyBytes),
            new RateHeaders(learnt),
            clock);
    return new HttpModel(model, codec, line);
  }

  @Override
  public void warmUp(ModelSettings model) {
    HttpUrl base = HttpUrl.parse(model.endpoint().baseUrl());
    if (base != null) { // else the first call says so
      WarmUp.start(base);
    }
  }

  @Override
  public boolean check(ModelSettings model, @Nullable String apiKey) throws ProviderException {
    ProviderDialect dialect = dialect(model.endpoint());
    ModelCodec codec = dialect.codec(model);
    String path = codec.probe() == null ? ModelCheck.PATH : codec.path();
    return new ModelCheck(
            model,
            codec,
            template(model.endpoint(), dialect, path, apiKey),
            new SecretMask(apiKey),
            new AnswerReader(maxBodyBytes),
            clock)
        .run();
  }

  @Override
  public void close() {
    SharedClient.closeIdleConnections();
  }

  private ProviderDialect dialect(ProviderEndpoint endpoint) {
    return dialects.stream()
        .filter(dialect -> dialect.name().equals(endpoint.dialect()))
        .findFirst()
        .orElseThrow(() -> new IllegalArgumentException(noDialect(endpoint)));
  }

  private String noDialect(ProviderEndpoint endpoint) {
    List<String> known = dialects.stream().map(ProviderDialect::name).sorted().toList();
    return "Provider %s: dialect is %s, must be one of %s"
        .formatted(endpoint.name(), endpoint.dialect(), known);
  }

  private static Request template(
      ProviderEndpoint endpoint, ProviderDialect dialect, String path, @Nullable String apiKey) {
    HttpUrl base = HttpUrl.parse(endpoint.baseUrl());
    if (base == null) {
      throw new IllegalArgumentException(
          "Provider %s: base_url is not an http or https URL".formatted(endpoint.name()));
    }
    HttpUrl.Builder url = base.newBuilder().addPathSegments(path.substring(1));
    if (endpoint.apiVersion() != null) {
      url.setQueryParameter("api-version", endpoint.apiVersion());
    }
    Request.Builder request =
        new Request.Builder().url(url.build()).header("User-Agent", "penstock");
    dialect.headers().forEach(request::header);
    if (apiKey != null && !apiKey.isBlank()) {
      authorize(request, dialect.authorization(apiKey), endpoint.name());
    }
    return request.build();
  }

  private static void authorize(
      Request.Builder request, Map.Entry<String, String> header, String provider) {
    try {
      request.header(header.getKey(), header.getValue());
    } catch (IllegalArgumentException e) {
      // the cause is not kept: its message may quote the key
      throw new IllegalArgumentException(
          "Provider %s: the API key holds a character that no header may hold, such as a line break"
              .formatted(provider));
    }
  }
}
