#include "base/atomic_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <functional>
#include <random>
#include <thread>

#include "base/error.h"

namespace musicgen {
namespace {

namespace fs = std::filesystem;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

class AtomicFileTest : public ::testing::Test {
 protected:
  AtomicFileTest() {
    std::string name = fs::temp_directory_path() / "atomic_file_test.XXXXXX";
    folder_ = mkdtemp(name.data());
  }
  ~AtomicFileTest() override { fs::remove_all(folder_); }

  std::string Path(const std::string& name) const { return folder_ / name; }
  std::vector<std::string> Listing() const {
    std::vector<std::string> names;
    for (const auto& entry : fs::directory_iterator(folder_))
      names.push_back(entry.path().filename());
    return names;
  }

  fs::path folder_;
};

void Put(AtomicFile& file, const std::string& text) { file.Write(text.data(), text.size()); }

void Spill(const std::string& path, const std::string& text) { std::ofstream(path) << text; }

std::string Slurp(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// The one-line message of the failure `body` ends with; "" when it does not fail.
std::string Complaint(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kFailure);
    EXPECT_THAT(error.what(), Not(HasSubstr("\n")));
    return error.what();
  }
  return "";
}

// Runs `body` in a process of its own and returns its exit status.
int InChild(const std::function<int()>& body) {
  const pid_t child = fork();
  if (child == 0) _exit(body());
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST_F(AtomicFileTest, NothingShowsBeforeCommitAndAllAfter) {
  {
    AtomicFile file(Path("a"));
    Put(file, "hello");
    EXPECT_THAT(Listing(), IsEmpty());
    file.Commit();
    EXPECT_THAT(Listing(), ElementsAre("a"));
  }
  EXPECT_EQ(Slurp(Path("a")), "hello");
}

TEST_F(AtomicFileTest, AbandonedLeavesNothing) {
  {
    AtomicFile file(Path("a"));
    Put(file, "hello");
  }
  EXPECT_THAT(Listing(), IsEmpty());
}

TEST_F(AtomicFileTest, AbandonedLeavesTheOldFile) {
  Spill(Path("a"), "old");
  {
    AtomicFile file(Path("a"));
    Put(file, "new");
  }
  EXPECT_EQ(Slurp(Path("a")), "old");
  EXPECT_THAT(Listing(), ElementsAre("a"));
}

TEST_F(AtomicFileTest, ReplacesAFileAndKeepsItsPermissions) {
  Spill(Path("a"), "old and longer");
  fs::permissions(Path("a"), fs::perms(0640));
  AtomicFile file(Path("a"));
  Put(file, "new");
  file.Commit();
  EXPECT_EQ(Slurp(Path("a")), "new");
  EXPECT_EQ(fs::status(Path("a")).permissions(), fs::perms(0640));
  EXPECT_THAT(Listing(), ElementsAre("a"));
}

TEST_F(AtomicFileTest, ANewFileHonoursTheMask) {
  const mode_t old = umask(027);
  AtomicFile file(Path("a"));
  umask(old);
  file.Commit();
  EXPECT_EQ(fs::status(Path("a")).permissions(), fs::perms(0640));
}

TEST_F(AtomicFileTest, ReplacesAFileThatAppearedMeanwhile) {
  AtomicFile file(Path("a"));
  Put(file, "ours");
  Spill(Path("a"), "theirs");
  file.Commit();
  EXPECT_EQ(Slurp(Path("a")), "ours");
  EXPECT_THAT(Listing(), ElementsAre("a"));
}

TEST_F(AtomicFileTest, WritesAndReadsAnywhere) {
  AtomicFile file(Path("a"));
  Put(file, "0123456789");
  file.WriteAt(2, "ab", 2);
  file.WriteAt(12, "z", 1);
  Put(file, "!");
  EXPECT_EQ(file.size(), 14u);
  char middle[4];
  file.Read(1, middle, 4);
  EXPECT_EQ(std::string(middle, 4), "1ab4");
  file.Commit();
  EXPECT_EQ(Slurp(Path("a")), std::string("01ab456789\0\0z!", 14));
}

TEST_F(AtomicFileTest, ComplainsUpFrontInOneSentence) {
  EXPECT_THAT(Complaint([&] { AtomicFile(Path("missing/a")); }),
              AllOf(HasSubstr("missing"), HasSubstr("No such file or directory")));
  EXPECT_THAT(Complaint([&] { AtomicFile(folder_.string()); }), HasSubstr("Is a directory"));
  EXPECT_THAT(Complaint([&] { AtomicFile(Path("new/")); }), Not(IsEmpty()));
  EXPECT_THAT(Complaint([&] { AtomicFile(""); }), Not(IsEmpty()));
  Spill(Path("a"), "");
  EXPECT_THAT(Complaint([&] { AtomicFile(Path("a/b")); }), HasSubstr("Not a directory"));
  EXPECT_THAT(Complaint([&] { AtomicFile(Path(std::string(300, 'x'))).Commit(); }),
              HasSubstr("File name too long"));
  EXPECT_THAT(Complaint([&] { AtomicFile(Path("line\nbreak/a")); }), HasSubstr("line?break"));
}

TEST_F(AtomicFileTest, ComplainsWithoutPermission) {
  Spill(Path("kept"), "old");
  fs::permissions(Path("kept"), fs::perms(0444));
  fs::permissions(folder_, fs::perms(0555));
  const int status = InChild([&] {
    if (geteuid() == 0 && setresuid(65534, 65534, 65534) != 0) return 2;
    const bool new_file =
        Complaint([&] { AtomicFile(Path("a")); }).find("Permission denied") != std::string::npos;
    const bool old_file =
        Complaint([&] { AtomicFile(Path("kept")); }).find("Permission denied") != std::string::npos;
    return new_file && old_file ? 0 : 1;
  });
  fs::permissions(folder_, fs::perms(0755));
  EXPECT_EQ(status, 0);
  EXPECT_EQ(Slurp(Path("kept")), "old");
}

TEST_F(AtomicFileTest, DevicesTakeTheBytesThemselves) {
  AtomicFile null("/dev/null");
  Put(null, "hello");
  null.WriteAt(0, "j", 1);
  null.Commit();
  EXPECT_TRUE(fs::is_character_file("/dev/null"));

  EXPECT_THAT(Complaint([] {
                AtomicFile full("/dev/full");
                Put(full, "hello");
                full.Commit();
              }),
              AllOf(HasSubstr("/dev/full"), HasSubstr("No space left on device")));
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST_F(AtomicFileTest, APipeGetsTheFinishedBytes) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  std::string got;
  std::thread reader([&] { got = Slurp(Path("pipe")); });
  AtomicFile file(Path("pipe"));
  Put(file, "hello");
  file.WriteAt(0, "j", 1);
  file.Commit();
  reader.join();
  EXPECT_EQ(got, "jello");
}

TEST_F(AtomicFileTest, AnOpenFileWithoutANameIsWrittenThroughItsDescriptor) {
  const int fd = open(folder_.c_str(), O_TMPFILE | O_RDWR, 0600);
  if (fd < 0) GTEST_SKIP() << "no unnamed files here";
  AtomicFile file("/proc/self/fd/" + std::to_string(fd));
  Put(file, "hello");
  file.Commit();
  char got[6] = {};
  EXPECT_EQ(pread(fd, got, 5, 0), 5);
  EXPECT_STREQ(got, "hello");
  close(fd);
}

TEST_F(AtomicFileTest, WritesThroughLinks) {
  fs::create_directory(Path("d"));
  Spill(Path("d/target"), "old");
  fs::create_symlink("d/target", Path("inner"));
  fs::create_symlink(Path("inner"), Path("outer"));
  fs::create_symlink("d/absent", Path("dangling"));
  for (const char* name : {"outer", "dangling"}) {
    AtomicFile file(Path(name));
    Put(file, "new");
    file.Commit();
    EXPECT_TRUE(fs::is_symlink(Path(name)));
  }
  EXPECT_EQ(Slurp(Path("d/target")), "new");
  EXPECT_EQ(Slurp(Path("d/absent")), "new");

  fs::create_symlink("loop", Path("loop"));
  EXPECT_THAT(Complaint([&] { AtomicFile(Path("loop")); }), HasSubstr("symbolic links"));
}

TEST_F(AtomicFileTest, AFullDiskLeavesTheOldFile) {
  // In a mount name space of its own, so that nothing outside sees the small file system.
  const int status = InChild([&] {
    if (unshare(CLONE_NEWNS) != 0) return 77;
    if (mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return 77;
    if (mount("tmpfs", folder_.c_str(), "tmpfs", 0, "size=64k") != 0) return 77;
    Spill(Path("a"), "old");
    const std::string complaint = Complaint([&] {
      AtomicFile file(Path("a"));
      Put(file, std::string(1 << 20, 'x'));
      file.Commit();
    });
    if (complaint.find("No space left on device") == std::string::npos) return 1;
    return Slurp(Path("a")) == "old" && Listing().size() == 1 ? 0 : 2;
  });
  if (status == 77) GTEST_SKIP() << "may not mount";
  EXPECT_EQ(status, 0);
}

// From here on this process finds no file system that has unnamed files.
bool ForbidUnnamedFiles() {
  sock_filter program[] = {
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, nr)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 4),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(seccomp_data, args[2])),
      BPF_STMT(BPF_ALU | BPF_AND | BPF_K, O_TMPFILE),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, O_TMPFILE, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EOPNOTSUPP),
      BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
  };
  const sock_fprog filter = {static_cast<unsigned short>(std::size(program)), program};
  return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 &&
         prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &filter) == 0;
}

TEST_F(AtomicFileTest, WorksWhereThereAreNoUnnamedFiles) {
  const int status = InChild([&] {
    if (!ForbidUnnamedFiles()) return 77;
    { AtomicFile abandoned(Path("a")); }
    if (!Listing().empty()) return 1;
    for (const std::string text : {"first", "second"}) {
      AtomicFile file(Path("a"));
      Put(file, text);
      if (Slurp(Path("a")) == text) return 2;
      file.Commit();
      if (Slurp(Path("a")) != text || Listing().size() != 1) return 3;
    }
    return 0;
  });
  if (status == 77) GTEST_SKIP() << "no system call filters here";
  EXPECT_EQ(status, 0);
}

TEST_F(AtomicFileTest, KilledAtAnyMomentItLeavesAWholeFile) {
  // Version v of the file is 40,000 + v letters, all the same: a mixture or a cut would show.
  const auto text = [](int version) {
    return std::string(static_cast<size_t>(40000 + version), static_cast<char>('a' + version % 26));
  };
  const auto is_whole = [&](const std::string& got) {
    return got.size() >= 40000 && got == text(static_cast<int>(got.size()) - 40000);
  };
  std::mt19937 random(1);
  for (int round = 0; round < 50; ++round) {
    const std::string path = Path("file" + std::to_string(round % 5));
    const bool existed = fs::exists(path);
    const pid_t child = fork();
    if (child == 0) {
      for (int version = 0;; ++version) {
        AtomicFile file(path);
        const std::string whole = text(version);
        for (size_t at = 0; at < whole.size(); at += 1000) Put(file, whole.substr(at, 1000));
        file.Commit();
      }
    }
    usleep(random() % 20000);
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    if (existed || fs::exists(path)) {
      EXPECT_TRUE(is_whole(Slurp(path))) << "round " << round;
    }
  }
  // Only a kill between naming the new file and renaming it may leave its other, hidden name; the
  // file under it is whole.
  for (const std::string& name : Listing()) {
    EXPECT_TRUE(is_whole(Slurp(Path(name)))) << name;
    EXPECT_TRUE(name.rfind("file", 0) == 0 || name.rfind(".file", 0) == 0) << name;
  }
}

}  // namespace
}  // namespace musicgen
