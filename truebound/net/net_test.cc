// Addresses, proxies, dates and the reader of bytes: what needs no connection.

#include <gtest/gtest.h>

#include "truebound/net/address.h"
#include "truebound/net/date.h"
#include "truebound/net/wire.h"

namespace truebound::net {
namespace {

Proxies proxies(const std::vector<std::pair<std::string, std::string>>& environment) {
  return proxies_of([&](const std::string& name) -> std::optional<std::string> {
           for (const auto& [key, value] : environment) {
             if (key == name) return value;
           }
           return std::nullopt;
         })
      .value();
}

TEST(Address, HasItsParts) {
  const Address address = parse_address("HTTPS://Api.Example.com/v1/x%20y?a=b").value();
  EXPECT_EQ(address.scheme, "https");
  EXPECT_EQ(address.host, "api.example.com");
  EXPECT_EQ(address.port, 443);
  EXPECT_EQ(address.target(), "/v1/x%20y?a=b");
  EXPECT_EQ(address.origin(), "https://api.example.com");
  const Address six = parse_address("http://[::1]:8080").value();
  EXPECT_EQ(six.host, "::1");
  EXPECT_EQ(six.origin(), "http://[::1]:8080");
  EXPECT_EQ(six.target(), "/");
}

TEST(Address, WhatIsNoneIsRefusedAndAPasswordIsNeverShown) {
  for (const char* text : {"", "api.example.com/v1", "ftp://a/b", "http://", "http://a:b c/",
                           "http://me:hunter2@a/", "http://a/#part"}) {
    const auto address = parse_address(text);
    EXPECT_FALSE(address.ok()) << text;
    EXPECT_EQ(address.error().message.find("hunter2"), std::string::npos);
  }
}

TEST(Proxies, AreTakenFromTheUsualVariables) {
  const Address plain = parse_address("http://api.example.com/").value();
  const Address encrypted = parse_address("https://api.example.com/").value();
  EXPECT_EQ(proxies({}).of(plain), nullptr);
  EXPECT_EQ(proxies({{"http_proxy", "http://p:3128"}}).of(plain)->port, 3128);
  EXPECT_EQ(proxies({{"http_proxy", "http://p:3128"}}).of(encrypted), nullptr);
  EXPECT_EQ(proxies({{"HTTP_PROXY", "http://p:3128"}}).of(plain), nullptr);
  EXPECT_EQ(proxies({{"HTTPS_PROXY", "p:3128"}}).of(encrypted)->host, "p");
  EXPECT_EQ(proxies({{"all_proxy", "p"}}).of(encrypted)->port, 80);
}

TEST(Proxies, LeaveOutWhatNoProxyNames) {
  const auto goes_by = [](const std::string& rule, const std::string& address) {
    const Proxies found = proxies({{"all_proxy", "http://p:1"}, {"no_proxy", rule}});
    return found.of(parse_address(address).value()) != nullptr;
  };
  EXPECT_FALSE(goes_by("*", "http://a.example/"));
  EXPECT_FALSE(goes_by("localhost, .example", "http://a.example/"));
  EXPECT_FALSE(goes_by("example", "http://A.EXAMPLE/"));
  EXPECT_FALSE(goes_by("127.0.0.1", "http://127.0.0.1:8080/"));
  EXPECT_FALSE(goes_by("a.example:8080", "http://a.example:8080/"));
  EXPECT_TRUE(goes_by("a.example:8080", "http://a.example/"));
  EXPECT_TRUE(goes_by("ample", "http://a.example/"));
}

TEST(Date, IsReadAsItIsWritten) {
  EXPECT_EQ(http_date(784111777000), "Sun, 06 Nov 1994 08:49:37 GMT");  // RFC 9110, 5.6.7
  EXPECT_EQ(parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT"), 784111777000);
  for (std::int64_t day = 0; day < 40000; day += 13) {
    const std::int64_t time_ms = (day * 86400 + day % 86400) * 1000;
    EXPECT_EQ(parse_http_date(http_date(time_ms)), time_ms);
  }
}

TEST(Date, OfNoCalendarIsNone) {
  for (const char* text :
       {"", "3", "Fri, 31 Dec 99999 23:59:59 GMT", "Sun, 31 Feb 2026 08:49:37 GMT",
        "Sun, 06 Nov 1994 24:49:37 GMT", "Sun, 06 Nov 1994 08:49:37 CET",
        "Sunday, 06-Nov-94 08:49:37 GMT", "Sun, 06 Nox 1994 08:49:37 GMT"}) {
    EXPECT_FALSE(parse_http_date(text)) << text;
  }
}

TEST(Reader, PassesOverInterimResponsesAndReadsInPieces) {
  const std::string bytes =
      "HTTP/1.1 102 Wait\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nX: 1\r\n\r\n"
      "3\r\nabc\r\n2;e=f\r\nde\r\n0\r\n\r\n";
  for (std::size_t piece = 1; piece < bytes.size(); ++piece) {
    ResponseReader reader({});
    for (std::size_t at = 0; at < bytes.size(); at += piece)
      reader.put(bytes.substr(at, piece));
    ASSERT_EQ(reader.state(), Reading::complete) << piece;
    EXPECT_TRUE(reader.reusable());
    const Response response = reader.take();
    EXPECT_EQ(response.body, "abcde");
    EXPECT_EQ(find_header(response.headers, "x"), "1");
  }
}

TEST(Reader, EndsAtItsLimits) {
  const auto fault_of = [](const std::string& head, const std::string& filling) {
    ResponseReader reader({.header_bytes = 2000, .body_bytes = 2000});
    reader.put(head);
    for (int i = 0; i < 1000 && reader.state() == Reading::more; ++i)
      reader.put(filling);
    EXPECT_EQ(reader.state(), Reading::failed);
    return reader.failure().fault;
  };
  EXPECT_EQ(fault_of("HTTP/1.1 200 OK\r\n", "X: yyyyyyyyyyyyyyyyyyyyyy\r\n"), Fault::too_large);
  EXPECT_EQ(fault_of("HTTP/1.1 200 OK\r\nX: ", "yyyyyyyyyyyyyyyyyyyyyy"), Fault::too_large);
  EXPECT_EQ(fault_of("HTTP/1.1 200 OK\r\n\r\n", "yyyyyyyyyyyyyyyyyyyyyy"), Fault::too_large);
  EXPECT_EQ(fault_of("HTTP/1.1 200 OK\r\nContent-Length: 2001\r\n\r\n", "y"), Fault::too_large);
  const std::string chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_EQ(fault_of(chunked + "5;", "eeeeeeeeeeeeeeeeeeeeee"), Fault::too_large);
  EXPECT_EQ(fault_of(chunked + "0\r\nX: ", "eeeeeeeeeeeeeeeeeeeeee"), Fault::too_large);
  EXPECT_EQ(fault_of(chunked, "3\r\nabc\r\n"), Fault::too_large);
  EXPECT_EQ(fault_of("SSH-2.0-x\r\n", "hello\r\n"), Fault::malformed);
  EXPECT_EQ(fault_of("", "HTTP/1.1 100 Continue\r\n\r\n"), Fault::malformed);
}

TEST(Reader, AnEndTooEarlyIsALostConnection) {
  for (const char* bytes : {"", "HTTP/1.1 200", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nab"}) {
    ResponseReader reader({});
    reader.put(bytes);
    EXPECT_EQ(reader.end(), Reading::failed);
    EXPECT_EQ(reader.failure().fault, Fault::lost);
  }
}

}  // namespace
}  // namespace truebound::net
