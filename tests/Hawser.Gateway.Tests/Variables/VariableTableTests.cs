using Hawser.Gateway.Variables;

namespace Hawser.Gateway.Tests.Variables;

public class VariableTableTests
{
    private static readonly VariableDefinition s_own = new(static _ => VariableValue.NotFound);

    [Fact]
    public void Use_OfOneNameTwice_GivesOneSlot()
    {
        var table = new VariableTable();

        VariableModel first = table.Use("host");

        Assert.Same(first, table.Use("HOST"));
        Assert.Equal(1, table.Count);
        Assert.Equal(0, first.Index);
        Assert.Equal(1, table.Use("uri").Index);
    }

    [Fact]
    public void Use_UnknownName_IsRefused() => Assert.Throws<KeyNotFoundException>(() => new VariableTable().Use("no_such_thing"));

    [Fact]
    public void Declare_NameOfABuiltInOne_TakesItsPlace()
    {
        var table = new VariableTable();
        table.Declare("Args", s_own);

        Assert.Same(s_own.Get, table.Use("args").Get);
    }

    [Fact]
    public void DeclareIfUnknown_NameOfABuiltInOne_LeavesIt()
    {
        var table = new VariableTable();
        table.DeclareIfUnknown("args", s_own);
        table.DeclareIfUnknown("http_x", s_own);
        table.DeclareIfUnknown("mine", s_own);

        Assert.NotNull(table.Use("args").Set);
        Assert.NotSame(s_own.Get, table.Use("http_x").Get);
        Assert.Same(s_own.Get, table.Use("mine").Get);
    }

    [Fact]
    public void Declare_AfterUse_IsADefect()
    {
        var table = new VariableTable();
        table.Use("args");

        Assert.Throws<InvalidOperationException>(() => table.Declare("args", s_own));
    }
}
