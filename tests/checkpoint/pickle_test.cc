// Pickles that weight files never hold are refused, in one sentence.
#include "checkpoint/pickle.h"

#include "checkpoint/hostile.h"

namespace musicgen::checkpoint {
namespace {

using namespace std::string_literals;
using ::testing::HasSubstr;

Pickle Parse(const std::string& body) { return Pickle::Parse("\x80\2"s + body + ".", "p"); }

std::string Error(const std::string& body) {
  return ErrorOf([&] { Parse(body); });
}

std::string Text(const std::string& text) {
  return "X"s + std::string(1, static_cast<char>(text.size())) + "\0\0\0"s + text;
}

// A storage of `count` elements.
std::string Storage(char count, const std::string& type = "FloatStorage") {
  return "("s + Text("storage") + "ctorch\n" + type + "\n" + Text("0") + Text("cpu") + "K" + count +
         "tQ";
}

const std::string kOrdered = "ccollections\nOrderedDict\n)R";

std::string Tensor(const std::string& storage, char offset, const std::string& shape,
                   const std::string& strides, const std::string& tail = "\x89" + kOrdered) {
  return "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + "K" + offset + shape + strides + tail +
         "tR";
}

std::string Pair(char a, char b) { return "K"s + a + "K" + b + "\x86"; }

TEST(PickleTest, ReadsValues) {
  const Pickle pickle = Parse("}(" + Text("a") + "K\7" + Text("b") + "(NK\1\x88t" + Text("c") +
                              "](G?\xf8\0\0\0\0\0\0J\xff\xff\xff\xff"s + "\x8a\2\0\x80"s + "eu");
  const auto& dict = std::get<PickleDict>(pickle.root());
  EXPECT_EQ(std::get<int64_t>(*pickle.Find(dict, "a")), 7);
  const auto& tuple = std::get<PickleTuple>(*pickle.Find(dict, "b"));
  ASSERT_EQ(tuple.items.size(), 3u);
  EXPECT_TRUE(std::get<bool>(pickle.at(tuple.items[2])));
  const auto& list = std::get<PickleList>(*pickle.Find(dict, "c"));
  ASSERT_EQ(list.items.size(), 3u);
  EXPECT_EQ(std::get<double>(pickle.at(list.items[0])), 1.5);
  EXPECT_EQ(std::get<int64_t>(pickle.at(list.items[1])), -1);
  EXPECT_EQ(std::get<int64_t>(pickle.at(list.items[2])), -32768);
  EXPECT_EQ(pickle.Find(dict, "d"), nullptr);
}

TEST(PickleTest, ReadsTensors) {
  const Pickle pickle = Parse(Tensor(Storage(8), 1, Pair(2, 3), Pair(3, 1)));
  const auto& tensor = std::get<PickleTensor>(pickle.root());
  EXPECT_EQ(tensor.shape, Shape({2, 3}));
  EXPECT_EQ(tensor.offset, 1);
  EXPECT_EQ(tensor.storage.elements, 8);
  ASSERT_EQ(pickle.storages().size(), 1u);
}

TEST(PickleTest, RefusesEveryTruncation) {
  const std::string whole =
      "\x80\2}q\0("s + Text("a") + Tensor(Storage(8), 1, Pair(2, 3), Pair(3, 1)) + "u.";
  Pickle::Parse(whole, "p");
  for (size_t length = 0; length < whole.size(); ++length) {
    EXPECT_NE(ErrorOf([&] { Pickle::Parse(whole.substr(0, length), "p"); }), "") << length;
  }
  EXPECT_THAT(ErrorOf([&] { Pickle::Parse(whole + "x", "p"); }), HasSubstr("behind STOP"));
}

TEST(PickleTest, RefusesOtherInstructions) {
  // INST, OBJ, NEWOBJ, STACK_GLOBAL, EXT1, FRAME, DUP, POP, BINSTRING, PERSID, INT.
  for (const char opcode : {'i', 'o', '\x81', '\x93', '\x82', '\x95', '2', '0', 'T', 'P', 'I'}) {
    EXPECT_THAT(Error("N"s + opcode), HasSubstr("is not one that weight files need"));
  }
  EXPECT_THAT(ErrorOf([] { Pickle::Parse("\x80\4N.", "p"); }), HasSubstr("protocol 2"));
  EXPECT_THAT(ErrorOf([] { Pickle::Parse("N.", "p"); }), HasSubstr("protocol 2"));
}

TEST(PickleTest, RefusesOtherGlobals) {
  for (const char* global :
       {"os\nsystem\n", "builtins\neval\n", "torch\nload\n", "torch._utils\n_rebuild_tensor\n",
        "collections\nOrderedDict \n", "torch \nFloatStorage\n"}) {
    EXPECT_THAT(Error("c"s + global), HasSubstr("is not one that weight files need")) << global;
  }
  EXPECT_THAT(Error("c" + std::string(5000, 'x') + "\ny\n"), HasSubstr("without an end"));
}

TEST(PickleTest, RefusesMissingValuesAndMarks) {
  for (const char* body : {"", "a", "Na", "s", "t", "u", "e", "\x85", "K\1\x86", "R", "b", "Q",
                           "q\1", "(t(", "](K\1a"}) {
    EXPECT_NE(Error(body), "") << body;
  }
  EXPECT_THAT(Error("h\5"), HasSubstr("memo 5 is empty"));
  EXPECT_THAT(Error("NN"), HasSubstr("left over"));
  EXPECT_THAT(Error(std::string(300, '(')), HasSubstr("open marks"));
  EXPECT_THAT(Error("}(" + Text("a") + "u"), HasSubstr("without a value"));
  EXPECT_THAT(Error("}(" + Text("a") + "N" + Text("a") + "Nu"), HasSubstr("twice"));
  EXPECT_THAT(Error("}(K\1NK\1Nu"), HasSubstr("twice"));
  EXPECT_THAT(Error("}]Ns"), HasSubstr("as key"));
  EXPECT_THAT(Error(")Na"), HasSubstr("expected a list"));
  EXPECT_THAT(Error("X\2\0\0\0\xc0\x80"s), HasSubstr("UTF-8"));
  EXPECT_THAT(Error("X\xff\xff\xff\xff"s), HasSubstr("ends inside"));
  EXPECT_THAT(Error("\x8a\x09"s + std::string(9, '\1')), HasSubstr("at most 8"));
}

// A list that holds itself, and one that holds another ever so often, cost nothing.
TEST(PickleTest, SharedAndCircularValuesAreHarmless) {
  Parse("]q\0h\0a"s);
  std::string body = "]q\0"s;
  for (int i = 0; i < 100; ++i) body += "]q\1(h\0h\0eq\0"s;
  EXPECT_THAT(Error(body), HasSubstr("left over"));
}

TEST(PickleTest, RefusesCalls) {
  EXPECT_THAT(Error("ccollections\nOrderedDict\n(NtR"), HasSubstr("with arguments"));
  EXPECT_THAT(Error("ctorch\nFloatStorage\n)R"), HasSubstr("expected a function"));
  EXPECT_THAT(Error("}}b"), HasSubstr("for an OrderedDict"));
  EXPECT_EQ(Error(kOrdered + "}b"), "");
  EXPECT_THAT(Error(kOrdered + "]b"), HasSubstr("attributes"));
}

TEST(PickleTest, RefusesBadStorages) {
  EXPECT_THAT(Error(Text("storage") + "Q"), HasSubstr("expected a tuple"));
  EXPECT_THAT(Error("("s + Text("module") + "NNNNtQ"), HasSubstr("expected a storage"));
  EXPECT_THAT(Error("("s + Text("storage") + "ctorch\nFloatStorage\n" + Text("0") + Text("cpu") +
                    "J\xff\xff\xff\xfftQ"),
              HasSubstr("found -1"));
  EXPECT_THAT(
      Error("("s + Text("storage") + "ctorch\nFloatStorage\n" + Text("0") + Text("disk") + "K\1tQ"),
      HasSubstr("a device"));
  EXPECT_THAT(Error("("s + Storage(4) + Storage(5) + "t"), HasSubstr("in two ways"));
  EXPECT_THAT(Error("("s + Storage(4) + Storage(4, "HalfStorage") + "t"), HasSubstr("in two ways"));
}

TEST(PickleTest, RefusesTensorsThatLeaveTheirStorage) {
  EXPECT_EQ(Error(Tensor(Storage(6), 0, Pair(2, 3), Pair(3, 1))), "");
  EXPECT_THAT(Error(Tensor(Storage(5), 0, Pair(2, 3), Pair(3, 1))), HasSubstr("leaves"));
  EXPECT_THAT(Error(Tensor(Storage(6), 1, Pair(2, 3), Pair(3, 1))), HasSubstr("leaves"));
  EXPECT_THAT(Error(Tensor(Storage(6), 0, Pair(2, 3), Pair(4, 1))), HasSubstr("leaves"));
  EXPECT_EQ(Error(Tensor(Storage(0), 0, Pair(0, 3), Pair(3, 1))), "");
  EXPECT_THAT(Error(Tensor(Storage(0), 1, Pair(0, 3), Pair(3, 1))), HasSubstr("leaves"));
  const std::string huge = "\x8a\6\0\0\0\0\0\1"s;  // 2^40
  EXPECT_THAT(Error(Tensor(Storage(6), 0, huge + huge + "\x86", Pair(0, 0))), HasSubstr("leaves"));
  EXPECT_THAT(Error(Tensor(Storage(6), 0, Pair(2, 3), "K\1\x85")), HasSubstr("extents"));
  EXPECT_THAT(Error(Tensor(Storage(6), 0, "J\xff\xff\xff\xff\x85", "K\1\x85")),
              HasSubstr("found -1"));
  EXPECT_THAT(Error(Tensor(Storage(6), 0, "\x88\x85", "K\1\x85")), HasSubstr("found True"));
  EXPECT_THAT(Error(Tensor(Storage(6), 0, Pair(2, 3), Pair(3, 1), "N" + kOrdered)),
              HasSubstr("boolean"));
  EXPECT_THAT(Error(Tensor(Storage(6, "LongStorage"), 0, Pair(2, 3), Pair(3, 1), "\x88N")),
              HasSubstr("a gradient"));
  EXPECT_THAT(Error(Tensor(Storage(6), 0, Pair(2, 3), Pair(3, 1), "\x89}(K\1Nu")),
              HasSubstr("hooks"));
}

// demucs' files: its class, fractions, and numpy's objects, which are not read.
Pickle ParseDemucs(const std::string& body) {
  return Pickle::Parse("\x80\2"s + body + ".", "p", PickleGlobals::kDemucs);
}
std::string DemucsError(const std::string& body) {
  return ErrorOf([&] { ParseDemucs(body); });
}

const std::string kFraction = "cfractions\nFraction\n";
const std::string kEncoded = "c_codecs\nencode\n" + Text("x") + Text("latin1") + "\x86R";
const std::string kDtype = "cnumpy\ndtype\n" + Text("f8") + "\x89\x88\x87R(K\3" + Text("<") +
                           "NNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\0tb"s;

TEST(PickleTest, ReadsFractionsOfDemucs) {
  for (const std::string& body :
       {kFraction + Text("39/5") + "\x85R", kFraction + "K\x27K\5\x86R"}) {
    const auto fraction = std::get<PickleFraction>(ParseDemucs(body).root());
    EXPECT_EQ(fraction.numerator, 39);
    EXPECT_EQ(fraction.denominator, 5);
  }
  EXPECT_EQ(
      std::get<PickleFraction>(ParseDemucs(kFraction + Text("7") + "\x85R").root()).denominator, 1);
  EXPECT_THAT(DemucsError(kFraction + Text("1/0") + "\x85R"), HasSubstr("the denominator 0"));
  EXPECT_THAT(DemucsError(kFraction + Text("1/-2") + "\x85R"), HasSubstr("the denominator -2"));
  EXPECT_THAT(DemucsError(kFraction + "K\1K\0\x86R"s), HasSubstr("the denominator 0"));
  for (const std::string text :
       {"", "/", "1/", "/2", "1/2x", "0.5", " 1/2", "99999999999999999999"}) {
    EXPECT_THAT(DemucsError(kFraction + Text(text) + "\x85R"), HasSubstr("a fraction of")) << text;
  }
  EXPECT_THAT(DemucsError(kFraction + ")R"), HasSubstr("a fraction of 0 parts"));
  EXPECT_THAT(DemucsError(kFraction + "NN\x86R"), HasSubstr("a fraction of None"));
}

TEST(PickleTest, LeavesObjectsOfDemucsUnread) {
  for (const std::string module : {"numpy.core.multiarray", "numpy._core.multiarray"}) {
    const Pickle pickle = ParseDemucs("c" + module + "\nscalar\n" + kDtype + kEncoded + "\x86R");
    EXPECT_TRUE(std::holds_alternative<PickleOpaque>(pickle.root()));
  }
  const Pickle named = ParseDemucs("cdemucs.htdemucs\nHTDemucs\n");
  EXPECT_EQ(std::get<PickleClass>(named.root()).name, "demucs.htdemucs.HTDemucs");
  // A class is not called, nor is what an opaque function gave.
  EXPECT_THAT(DemucsError("cdemucs.htdemucs\nHTDemucs\n)R"), HasSubstr("expected a function"));
  EXPECT_THAT(DemucsError(kEncoded + ")R"), HasSubstr("expected a function"));
  EXPECT_THAT(DemucsError("}" + Text("a") + kEncoded + "sNb"), HasSubstr("expected a dict"));
}

// Everywhere else they are what torch.load refuses.
TEST(PickleTest, RefusesGlobalsOfDemucsElsewhere) {
  for (const std::string& body : {kFraction, "cdemucs.htdemucs\nHTDemucs\n"s, "cnumpy\ndtype\n"s,
                                  "c_codecs\nencode\n"s, "cnumpy.core.multiarray\nscalar\n"s}) {
    EXPECT_THAT(Error(body), HasSubstr("is not one that weight files need"));
  }
  for (const std::string& body :
       {"cdemucs.hdemucs\nHDemucs\n"s, "cnumpy\nndarray\n"s, "c_codecs\ndecode\n"s,
        "cbuiltins\neval\n"s, "cposix\nsystem\n"s}) {
    EXPECT_THAT(DemucsError(body), HasSubstr("is not one that weight files need"));
  }
}

}  // namespace
}  // namespace musicgen::checkpoint
