package io.penstock.provider;

import io.penstock.domain.InferenceRequest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Writes the requests and reads the answers of one model's Batch API. Thread-safe; no I/O. */
public interface BatchCodec {
  /** As the provider documents them. */
  BatchLimits limits();

  /** Where batches are created and listed, below the base URL; begins with a slash. */
  String batchesPath();

  /** Where files are uploaded to; empty where the lines are sent to {@link #batchesPath}. */
  Optional<String> filesPath();

  /** See {@link BatchProvider#line}. */
  byte[] line(InferenceRequest request);

  /**
   * The JSON body that creates a batch of an upload.
   *
   * @param uploadId null where the lines themselves are sent; then the body of a batch without any,
   *     which ends in {@code []}} and has them between these brackets
   */
  byte[] order(@Nullable String uploadId, Map<String, String> tags);

  /**
   * Reads the 2xx answer of an uploaded file.
   *
   * @throws ProviderException INVALID_REQUEST when no batch can ever be created of it
   */
  Upload upload(byte[] body) throws ProviderException;

  /** Reads the 2xx answer of a batch. */
  ProviderBatch batch(byte[] body) throws ProviderException;

  /** Reads the 2xx answer of the list of batches. */
  Page page(byte[] body) throws ProviderException;

  /** The query parameter of the list that asks for what comes after a batch. */
  String afterParameter();

  /** Reads a line of results; empty where it is of no request. */
  Optional<BatchLine> result(byte[] line);

  /**
   * An uploaded file.
   *
   * @param isUsable whether a batch can be created of it by now
   */
  record Upload(String id, boolean isUsable) {}

  /**
   * Some batches of the list.
   *
   * @param next the id after which the next ones come; null at the end
   */
  record Page(List<ProviderBatch> batches, @Nullable String next) {
    public Page {
      batches = List.copyOf(batches);
    }
  }
}
