package io.penstock.provider.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class ErrorBodyTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      value = {
        // body | message | type | code | param
        "{'error':{'message':'m','type':'t','code':'c','param':'p'}} | m | t | c | p",
        "{'error':{'message':'m','type':'t','code':400,'param':null}} | m | t | 400 | ``",
        "{'error':{'message':'m','type':'t','code':null}} | m | t | t | ``",
        "{'error':{'message':'m','code':404,'status':'NOT_FOUND'}} | m | `` | 404 | ``",
        "{'error':{'message':'m','status':'NOT_FOUND'}} | m | `` | NOT_FOUND | ``",
        "{'error':'text'} | text | `` | `` | ``",
        "{'object':'error','message':'m','type':'t','code':1300} | m | t | 1300 | ``",
        "{'detail':'Not Found'} | Not Found | `` | `` | ``",
        "{'detail':[{'loc':['body','top_p'],'msg':'bad'}]} | top_p: bad | `` | `` | top_p",
        "{'object':'error','message':{'detail':[{'loc':['body','top_p'],'msg':'bad'}]},'type':'t'} | top_p: bad | t | t | top_p",
        "{'object':'Error','message':[{'loc':['body','top_p'],'msg':'bad'}],'code':3001} | top_p: bad | `` | 3001 | top_p",
        "{'error':{'message':'m','code':429,'metadata':{'raw':'slow'}}} | m: slow | `` | 429 | ``",
        "[{'error':{'message':'m','code':400}}] | m | `` | 400 | ``",
        "{'odd':1} | {'odd':1} | `` | `` | ``",
        "[] | [] | `` | `` | ``",
        "<html>  <b>502</b></html> | <html> <b>502</b></html> | `` | `` | ``",
        "`` | `` | `` | `` | ``"
      })
  void readsEveryShape(String body, String message, String type, String code, String param) {
    ErrorBody read = read(body.replace('\'', '"'));

    assertThat(read).isEqualTo(new ErrorBody(message.replace('\'', '"'), type, code, param, ""));
  }

  @Test
  void readsTheInnerCodeUnderEachName() {
    assertThat(read("{\"error\":{\"innererror\":{\"code\":\"a\"}}}").names("a")).isTrue();
    assertThat(read("{\"error\":{\"inner_error\":{\"code\":\"b\"}}}").names("b")).isTrue();
    assertThat(read("{\"error\":{\"details\":{\"error_code\":\"c\"}}}").names("c")).isTrue();
  }

  @Test
  void describesWhatWasSaid() {
    assertThat(read("{\"error\":{\"message\":\"m\",\"code\":\"c\"}}").describe(429))
        .isEqualTo("HTTP 429 c: m");
    assertThat(read("").describe(502)).isEqualTo("HTTP 502: no message");
  }

  @Test
  void takesTheBeginningOfABodyOfUnknownShape() {
    assertThat(read("x".repeat(600)).message()).hasSize(500);
  }

  private static ErrorBody read(String body) {
    return ErrorBody.read(body.getBytes(StandardCharsets.UTF_8));
  }
}
