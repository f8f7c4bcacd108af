package io.penstock.simulator;

import io.penstock.simulator.Shelf.Page;
import io.penstock.simulator.batch.BatchFault;
import io.undertow.server.handlers.form.FormData;
import io.undertow.server.handlers.form.FormData.FormValue;
import io.undertow.server.handlers.form.FormDataParser;
import io.undertow.server.handlers.form.MultiPartParserDefinition;
import io.undertow.server.handlers.form.MultiPartParserDefinition.FileTooLargeException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** OpenAI's files, per its published OpenAPI document 2.3.0 (read 2026-08). Thread-safe. */
final class OpenAiFileApi {
  private static final long MAX_UPLOAD_BYTES = 512L << 20;
  private static final int MOST_LISTED = 10_000;
  private static final Set<String> PURPOSES =
      Set.of("assistants", "batch", "fine-tune", "vision", "user_data", "evals");

  private final BatchAccount account;
  private final WireDialect dialect;

  OpenAiFileApi(BatchAccount account, WireDialect dialect) {
    this.account = account;
    this.dialect = dialect;
  }

  BatchReply answer(BatchCall call) throws ApiException, IOException {
    return switch (call.shape()) {
      case "POST /files" -> upload(call);
      case "GET /files" -> BatchReply.json(list(call));
      case "GET /files/*" -> BatchReply.json(json(file(call.id())));
      case "GET /files/*/content" ->
          BatchReply.file(file(call.id()).path(), "application/octet-stream");
      case "DELETE /files/*" -> BatchReply.json(delete(file(call.id())));
      default -> throw dialect.unknownPath(call.method(), call.exchange().getRequestPath());
    };
  }

  private static byte[] json(StoredFile file) {
    return WireDialect.json(json -> OpenAiBatchJson.writeFile(json, file));
  }

  StoredFile file(String id) throws ApiException {
    return account.files().find(id, account.now()).orElseThrow(() -> noSuchFile(id));
  }

  private static ApiException noSuchFile(String id) {
    String message = "No such File object: " + id;
    return new ApiException(404, "invalid_request_error", message, "id", null);
  }

  private BatchReply upload(BatchCall call) throws ApiException, IOException {
    long number = account.nextUpload();
    MultiPartParserDefinition parts = new MultiPartParserDefinition(account.spool().path());
    parts.setFileSizeThreshold(0);
    parts.setMaxIndividualFileSize(MAX_UPLOAD_BYTES);
    try (FormDataParser parser = parts.create(call.exchange())) {
      if (parser == null) {
        throw dialect.invalid("file", "invalid_type", "must come as multipart/form-data");
      }
      StoredFile file = store(parser.parseBlocking());
      account.files().put(file);
      return BatchReply.json(json(file))
          .after(account.options().delays().upload())
          .lostIf(account.chance().happens(BatchFault.LOST_UPLOAD, number));
    } catch (FileTooLargeException e) {
      throw dialect.bodyTooLarge();
    }
  }

  private StoredFile store(FormData form) throws ApiException, IOException {
    FormValue purpose = form.getFirst("purpose");
    FormValue file = form.getFirst("file");
    if (purpose == null || purpose.isFileItem()) {
      throw dialect.missing("purpose");
    }
    if (!PURPOSES.contains(purpose.getValue())) {
      throw dialect.invalid("purpose", "invalid_value", "is '" + purpose.getValue() + "'");
    }
    if (file == null || !file.isFileItem()) {
      throw dialect.missing("file");
    }
    Path path = account.spool().newFile("upload");
    file.getFileItem().write(path);
    return new StoredFile(
        "file-" + WireDialect.newId(),
        account.now(),
        nameOf(file),
        purpose.getValue(),
        path,
        Files.size(path));
  }

  private static String nameOf(FormValue file) {
    @Nullable String name = file.getFileName();
    return name == null || name.isEmpty() ? "file" : name;
  }

  private byte[] list(BatchCall call) throws ApiException, IOException {
    account.settle();
    List<StoredFile> all = account.files().visible(account.now());
    String purpose = call.query("purpose");
    if (purpose != null) {
      all.removeIf(file -> !file.purpose().equals(purpose));
    }
    if ("asc".equals(call.query("order"))) {
      Collections.reverse(all);
    }
    int limit = call.limit(MOST_LISTED, MOST_LISTED, dialect);
    String after = call.query("after");
    Page<StoredFile> page =
        Shelf.after(all, after, limit)
            .orElseThrow(() -> dialect.invalid("after", "invalid_value", "is no file's id"));
    return OpenAiBatchJson.list(page, OpenAiBatchJson::writeFile);
  }

  private byte[] delete(StoredFile file) throws IOException {
    account.files().remove(file.id());
    Files.deleteIfExists(file.path());
    return OpenAiBatchJson.deleted(file.id());
  }
}
