using System.Text;
using Hawser.Gateway.Phases.Access;
using Hawser.IO.Native;

namespace Hawser.Gateway.Tests.Phases.Access;

public sealed class PasswordHashTests
{
    [Theory]
    [InlineData("{PLAIN}password", "password")]
    [InlineData("{PLAIN}", "")]
    [InlineData("{SHA}W6ph5Mm5Pz8GgiULbPgzG37mj9g=", "password")]
    [InlineData("{SSHA}yI6cZwQadOA1e+/f+T+H3eCQQhRzYWx0", "password")]
    [InlineData("$apr1$salt$Xxd1irWT9ycqoYxGFn4cb.", "password")]
    [InlineData("$1$salt$qJH7.N4xYta3aEG/dfqo/0", "password")]
    [InlineData("salSp1wOPp6fk", "test")]
    [InlineData("{PLAIN}pass", "pass\0word")] // a password ends at a zero byte
    public void Verify_RightPassword_Matches(string hash, string password)
    {
        Assert.True(PasswordCrypt.IsAvailable, "libcrypt is not installed");
        Assert.Equal(PasswordMatch.Yes, Verify(hash, password));
        Assert.Equal(PasswordMatch.No, Verify(hash, "x" + password));
    }

    [Theory]
    [InlineData("{SHA}Zm9vCg==")]
    [InlineData("{SHA}_____Mm5Pz8GgiULbPgzG37mj9g=")]
    [InlineData("{SSHA}Zm9vCg==")]
    [InlineData("{SSHA}!")]
    [InlineData("$apr1$")]
    [InlineData("$apr1$salt")]
    [InlineData("$1$")]
    public void Verify_BrokenHash_MatchesNothing(string hash) => Assert.Equal(PasswordMatch.No, Verify(hash, "password"));

    [Theory]
    [InlineData("")]
    [InlineData("a")]
    [InlineData("0123456789abcdef")]
    [InlineData("0123456789abcdef0123456789abcdef0123456789")]
    public void ApacheMd5_LikeCryptsButForItsName(string password)
    {
        // $1$ of crypt(3) is the same algorithm with another name in it: what differs is that name alone, so the two never agree …
        string apache = Encoding.ASCII.GetString(ApacheMd5.Hash(Encoding.ASCII.GetBytes(password), "$apr1$abcdefghi$"u8));

        // … but salt and length are handled alike: eight characters of salt count.
        Assert.StartsWith("$apr1$abcdefgh$", apache);
        Assert.Equal("$apr1$abcdefgh$".Length + 22, apache.Length);
        Assert.Equal(PasswordMatch.Yes, Verify(apache, password));
    }

    [Theory]
    [InlineData("alice", "one")]
    [InlineData("bob", "two")]
    [InlineData("crlf", "three")]
    [InlineData("last", "four")]
    public void Find_User_GivesTheHashUpToItsEnd(string user, string hash)
    {
        using var file = new PasswordsFile("# alice:comment\nalice:one\nbob:two:a comment\n\ncrlf:three\r\nlast:four");

        Assert.Equal(PasswordLookup.Found, file.Find(user, out string found));
        Assert.Equal(hash, found);
    }

    [Theory]
    [InlineData("ali")]
    [InlineData("alice2")]
    [InlineData("# alice")]
    [InlineData("one")]
    public void Find_Nobody_IsNotFound(string user)
    {
        using var file = new PasswordsFile("# alice:comment\nalice:one\n");
        Assert.Equal(PasswordLookup.NoSuchUser, file.Find(user, out _));
    }

    [Fact]
    public void Find_LongFileAndLongLines_StillFindsTheUser()
    {
        var text = new StringBuilder();
        for (int i = 0; i < 3000; i++) text.Append("user").Append(i).Append(":hash").Append(i).Append('\n');
        text.Append('x', 100_000).Append(":never\n").Append("after:it\n");
        using var file = new PasswordsFile(text.ToString());

        Assert.Equal(PasswordLookup.Found, file.Find("user2999", out string found));
        Assert.Equal("hash2999", found);
        Assert.Equal(PasswordLookup.Found, file.Find("after", out found));
        Assert.Equal("it", found);
    }

    private static PasswordMatch Verify(string hash, string password) =>
        PasswordHash.Verify(Encoding.ASCII.GetBytes(hash), Encoding.ASCII.GetBytes(password));

    private sealed class PasswordsFile : IDisposable
    {
        private readonly string _path = Path.GetTempFileName();

        public PasswordsFile(string text) => File.WriteAllText(_path, text);

        public PasswordLookup Find(string user, out string hash)
        {
            PasswordLookup found = PasswordFile.Find(Encoding.UTF8.GetBytes(_path), Encoding.ASCII.GetBytes(user), out byte[]? bytes, out _);
            hash = Encoding.ASCII.GetString(bytes);
            return found;
        }

        public void Dispose() => File.Delete(_path);
    }
}
